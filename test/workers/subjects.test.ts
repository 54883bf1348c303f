/** `/api/v1/subjects` in workerd: what is exported about a subject, and to whom. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";

const app = createApp(() => apiDeps(env));
const SCOPES = "memory:read memory:write tasks:read tasks:write schedules:write agents:write";
const ANNA = "anna@example.com";

type Json = Readonly<Record<string, unknown>>;

/** A tenant of its own with a key, and the API in the same process. */
async function tenant(scopes = SCOPES) {
  const name = `subjects-${crypto.randomUUID().slice(0, 8)}`;
  const key = `opsk_${name}`;
  await env.DB.prepare("INSERT INTO api_key VALUES (?, ?, 'own', ?, ?, '2026-01-01', NULL, NULL)")
    .bind(`key_${name}`, name, sha256Hex(key), scopes)
    .run();
  return async (method: string, path: string, body?: Json) => {
    const json = body === undefined ? {} : { "Content-Type": "application/json" };
    const headers = { Authorization: `Bearer ${key}`, Prefer: "wait=20", ...json };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await app.request(`/api/v1${path}`, init, env);
    return {
      status: response.status,
      headers: response.headers,
      text: new TextDecoder().decode(await response.arrayBuffer()),
    };
  };
}

type Call = Awaited<ReturnType<typeof tenant>>;

async function made(call: Call, path: string, body: Json): Promise<Json> {
  const { status, text } = await call("POST", path, body);
  expect(status, text).toBe(201);
  return JSON.parse(text) as Json;
}

const taskOf = (subject: string, text: string) => ({
  subject,
  agent_config: { model: "local/script" },
  input_data: { goal: text, script: [{ text: "Done." }] },
});

const exportPath = `/subjects/${encodeURIComponent(ANNA)}/export`;

function recordsIn(text: string): Json[] {
  expect(text.endsWith("\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Json);
}

test("an export has the stores of a subject with content and versions, and the ids of the rest", async () => {
  const call = await tenant();
  const store = `/memory/${encodeURIComponent(`subject:${ANNA}`)}`;
  const item = await made(call, `${store}/items`, { content: "Allergic to peanuts.", key: "diet" });
  // More than a page.
  for (let n = 0; n < 60; n += 1) {
    await made(call, `${store}/items`, { content: `Fact ${n}.` });
  }
  await call("PUT", `${store}/items/${String(item["id"])}`, { content: "No nuts.", key: "diet" });
  await call("PUT", `${store}/blocks/style`, { content: "Short answers." });
  const ofAgent = `/memory/${encodeURIComponent(`agent:concierge,subject:${ANNA}`)}`;
  await made(call, `${ofAgent}/items`, { content: "Sits by the window." });
  await made(call, `/memory/${encodeURIComponent("subject:bob")}/items`, { content: "Of Bob." });
  const task = await made(call, "/tasks", {
    ...taskOf(ANNA, "Book a table."),
    conversation: "with-anna",
  });
  await made(call, "/tasks", { ...taskOf("bob", "Of Bob."), conversation: "with-bob" });
  const schedule = await made(call, "/schedules", {
    name: "greet",
    spec: { every_s: 86_400 },
    action: { task: taskOf(ANNA, "Greet.") },
  });
  await made(call, "/schedules", {
    name: "greet-bob",
    spec: { every_s: 86_400 },
    action: { task: taskOf("bob", "Greet.") },
  });

  const { status, headers, text } = await call("GET", exportPath);
  expect([status, headers.get("Content-Type")]).toEqual([200, "application/x-ndjson"]);
  const records = recordsIn(text);
  const of = (kind: string) => records.filter((record) => record["kind"] === kind);
  expect(of("store").map((one) => one["store"])).toEqual([
    `agent:concierge,subject:${ANNA}`,
    `subject:${ANNA}`,
  ]);
  expect(of("item")).toHaveLength(62);
  expect(of("item").find(({ id }) => id === item["id"])).toMatchObject({
    store: `subject:${ANNA}`,
    content: "No nuts.",
    version: 2,
  });
  expect(of("block")).toMatchObject([{ label: "style", content: "Short answers." }]);
  const versions = of("version");
  expect(versions).toHaveLength(64);
  expect(versions.filter(({ ref }) => ref === item["id"])).toMatchObject([
    { version: 1, content: expect.stringContaining("Allergic to peanuts.") },
    { version: 2, content: expect.stringContaining("No nuts.") },
  ]);
  expect(of("task")).toMatchObject([{ id: task["id"], conversation_id: "with-anna" }]);
  expect(of("conversation")).toMatchObject([{ id: "with-anna", turns: 1 }]);
  expect(of("schedule")).toMatchObject([{ id: schedule["id"], name: "greet", state: "active" }]);
  expect(records.at(-1)).toEqual({ kind: "end", records: records.length - 1 });
  expect(text).not.toMatch(/bob/i);
});

test("nothing is exported about an unknown subject, of another tenant, or without both scopes", async () => {
  const call = await tenant();
  expect((await call("GET", exportPath)).status).toBe(404);
  await made(call, "/tasks", taskOf(ANNA, "Go."));
  expect((await call("GET", exportPath)).status).toBe(200);
  expect((await (await tenant())("GET", exportPath)).status).toBe(404);
  for (const scopes of ["memory:read", "tasks:read"]) {
    expect((await (await tenant(scopes))("GET", exportPath)).status).toBe(403);
  }
});
