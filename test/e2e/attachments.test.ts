/** Files of tasks over HTTP: uploads and their refusals, and what models see of them. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Opspawn } from "../../sdk/src/index.ts";
import { cli } from "../cli.ts";
import { Service } from "../service.ts";
import { getJson, logOf, ofType, play, scripted } from "../tasks.ts";

const PDF = `%PDF-1.4\n<</Type /Page>>\n${"x".repeat(1_200_000)}`;
const OTHER = "opsk_of_another_tenant";

let service: Service;
const folder = mkdtempSync(join(tmpdir(), "opspawn-attach-"));
beforeAll(async () => {
  service = await Service.start({
    vars: {
      OPSPAWN_PROVIDERS: JSON.stringify({ texts: { base_url: "http://127.0.0.1:9/v1" } }),
    },
    keys: [{ key: OTHER, tenant: "other", scopes: "tasks:read tasks:write" }],
  });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

function send(body: string | Uint8Array<ArrayBuffer>, type: string, key = service.key) {
  return service.request("/api/v1/attachments", {
    method: "POST",
    headers: { "Content-Type": type, Authorization: `Bearer ${key}` },
    body,
  });
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

interface Prompt {
  readonly body: string;
  readonly body_complete: boolean;
  readonly matches: boolean;
  readonly turns: readonly { readonly text: string; readonly files?: readonly object[] }[];
}

test("a file is stored once under its hash, and read back byte for byte", async () => {
  const first = await send(PDF, "application/pdf");
  const sha256 = hashOf(PDF);
  expect([first.status, first.headers.get("Location")]).toEqual([
    201,
    `/api/v1/attachments/${sha256}`,
  ]);
  const known = { sha256, media_type: "application/pdf", bytes: PDF.length, pages: 1, tasks: 0 };
  expect(await first.json()).toMatchObject(known);
  const again = await send(PDF, "application/pdf");
  expect([again.status, await again.json()]).toMatchObject([200, known]);
  const content = await service.request(`/api/v1/attachments/${sha256}/content`);
  expect(hashOf(await content.text())).toBe(sha256);
  const theirs = { headers: { Authorization: `Bearer ${OTHER}` } };
  for (const path of [sha256, `${sha256}/content`]) {
    expect((await service.request(`/api/v1/attachments/${path}`, theirs)).status).toBe(404);
  }
  const list = await getJson<{ data: readonly object[] }>(service, "/api/v1/attachments");
  expect(list.data).toEqual([expect.objectContaining(known)]);
});

test("what is no such file is refused with a code", async () => {
  const codes = await Promise.all(
    [
      await send("hello", "application/pdf"),
      await send(PDF.slice(0, 100), "text/plain"),
      await send(Uint8Array.of(0xff, 0xfe), "text/plain"),
      await send("", "text/plain"),
      await send("hello", "image/png"),
      await send("x".repeat(500_001), "text/plain"),
      await send("%PDF-".padEnd(5_000_001, "x"), "application/pdf"),
    ].map(async (response) => (await response.json<{ code: string }>()).code),
  );
  expect(codes).toEqual([
    ...Array.from({ length: 4 }, () => "attachment_mismatch"),
    "unsupported_media_type",
    "payload_too_large",
    "payload_too_large",
  ]);
});

test("the model sees the files, the log has only their hashes, and each body can be rebuilt", async () => {
  const notes = "The secret word is walnut.";
  await send(notes, "text/plain");
  await send(PDF, "application/pdf");
  const attachments = [
    { sha256: hashOf(notes), name: "notes.txt" },
    { sha256: hashOf(PDF), name: "report.pdf" },
  ];
  const task = await play(service, scripted([{ text: "Read." }], {}, { attachments }));
  const events = await logOf(service, task.task_id);
  expect(task).toMatchObject({ status: "completed", result: { answer: "Read." } });
  const log = JSON.stringify(events);
  expect(log).not.toContain("walnut");
  expect(log).not.toContain(Buffer.from(PDF.slice(0, 90)).toString("base64"));
  const [asked] = ofType(events, "model.requested");
  const call = String(asked?.["call_id"]);
  const prompt = await getJson<Prompt>(
    service,
    `/api/v1/tasks/${task.task_id}/calls/${call}/prompt`,
  );
  expect(prompt).toMatchObject({ matches: true, body_complete: false });
  expect(prompt.turns[0]?.text).toContain('name="notes.txt"');
  expect(prompt.turns[0]?.text).toContain("walnut");
  expect(prompt.turns[0]?.files).toEqual([
    {
      sha256: hashOf(PDF),
      name: "report.pdf",
      media_type: "application/pdf",
      bytes: PDF.length,
      pages: 1,
    },
  ]);
  expect(prompt.body).toContain(`sha256:${hashOf(PDF)}`);
  const used = await service.send("DELETE", `/api/v1/attachments/${hashOf(notes)}`);
  expect([used.status, await used.json()]).toMatchObject([409, { code: "attachment_in_use" }]);
  const retried = await service.send("POST", `/api/v1/tasks/${task.task_id}/retry`, {});
  expect(retried.status).toBe(201);
  const file = await getJson(service, `/api/v1/attachments/${hashOf(notes)}`);
  expect(file).toMatchObject({ tasks: 2 });
});

test("a task with a file that is not there, or that its model does not take, is refused", async () => {
  const missing = { goal: "Read.", attachments: [{ sha256: "0".repeat(64) }] };
  const refused = await service.send("POST", "/api/v1/tasks", { input_data: missing });
  expect([refused.status, await refused.json()]).toMatchObject([
    422,
    { code: "unknown_attachment", errors: [{ pointer: "/input_data/attachments/0" }] },
  ]);
  const deleted = await service.send("DELETE", `/api/v1/attachments/${"0".repeat(64)}`);
  expect(deleted.status).toBe(404);
  await send(PDF, "application/pdf");
  const pdf = { goal: "Read.", attachments: [{ sha256: hashOf(PDF) }] };
  const unable = await service.send("POST", "/api/v1/tasks", {
    input_data: pdf,
    agent_config: { model: "texts/any" },
  });
  expect([unable.status, await unable.json()]).toMatchObject([
    422,
    { code: "unsupported_attachment", errors: [{ pointer: "/input_data/attachments/0" }] },
  ]);
});

test("the client and the command line upload and attach", async () => {
  const client = new Opspawn({ url: service.url, key: service.key });
  const blob = new Blob(["from the client"], { type: "text/markdown" });
  const { sha256, media_type } = await client.attachments.upload(blob);
  expect([sha256, media_type]).toEqual([hashOf("from the client"), "text/markdown"]);
  expect(await (await client.attachments.download(sha256)).text()).toBe("from the client");
  await client.attachments.delete(sha256);
  const file = join(folder, "facts.csv");
  writeFileSync(file, "a,b\n1,2\n");
  const env = { OPSPAWN_URL: service.url, OPSPAWN_KEY: service.key };
  const ran = await cli(["run", "1 + 1", "--attach", file, "--detach"], { env });
  expect(ran.code, ran.err).toBe(0);
  const { input_data } = await getJson<{ input_data: object }>(
    service,
    `/api/v1/tasks/${ran.out.trim()}`,
  );
  expect(input_data).toMatchObject({
    attachments: [{ sha256: hashOf("a,b\n1,2\n"), name: "facts.csv", media_type: "text/csv" }],
  });
  const listed = await cli(["attachments"], { env });
  expect(listed.out).toContain(hashOf("a,b\n1,2\n").slice(0, 12));
});
