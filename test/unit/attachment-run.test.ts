/** Runs with files on the real loop: their requests, what is rebuilt, faults of the storage, crashes. */
import { hash } from "node:crypto";
import { expect, test } from "vitest";
import type { ReadFile } from "../../src/agent/loop/files.ts";
import { rebuild, RequestSearch } from "../../src/agent/loop/past-request.ts";
import { promptView } from "../../src/agent/loop/prompt-view.ts";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { pastTurns } from "../../src/run/log/past.ts";
import { Harness, Killed, specFor, type HarnessOptions } from "../harness.ts";

const TEXT = "The secret word is walnut.";
const PDF = `%PDF-1.4 ${"x".repeat(2000)}`;
const CONTENTS = new Map([TEXT, PDF].map((text) => [hash("sha256", text), Buffer.from(text)]));
const read: ReadFile = async (sha256) => CONTENTS.get(sha256) ?? null;
const ATTACHMENTS = [
  { sha256: hash("sha256", TEXT), name: "a.txt", media_type: "text/plain", bytes: TEXT.length },
  {
    sha256: hash("sha256", PDF),
    name: "b.pdf",
    media_type: "application/pdf",
    bytes: PDF.length,
    pages: 1,
  },
];
const SCRIPT = [{ tool_calls: [{ name: "get_time", arguments: {} }] }, { text: "Done." }];

function run(options: HarnessOptions): Harness {
  return new Harness(specFor({ goal: "Read.", script: SCRIPT, attachments: ATTACHMENTS }), options);
}

test("every body has the files, is rebuilt from the log, and is shown with references", async () => {
  const harness = run({ files: read });
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({ status: "completed" });
  expect(JSON.stringify(harness.events())).not.toContain("walnut");
  const { tools } = harness;
  await tools.files?.load();
  for (const call of ["call_1", "call_3"]) {
    const search = new RequestSearch(call, 1);
    harness.events().some((event) => search.take(event));
    const { found } = search;
    if (found === null) {
      throw new Error(`there is no ${call}`);
    }
    const composed = rebuild(found, nativePlanner, tools);
    expect(composed.body).toContain("walnut");
    const data = Buffer.from(PDF).toString("base64");
    expect(composed.body).toContain(data);
    const view = promptView(found, composed);
    expect(view).toMatchObject({ matches: true, body_complete: false });
    expect(view.body).toContain(`sha256:${hash("sha256", PDF)}`);
    expect(JSON.stringify(view)).not.toContain(data);
  }
  const [asked] = pastTurns(harness.log.state);
  expect(asked?.text).toBe(
    "Read.\n\n[The file a.txt was attached here.]\n\n[The file b.pdf was attached here.]",
  );
});

test("a file that is gone fails the run before a model is called", async () => {
  const harness = run({ files: async () => null });
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({
    status: "failed",
    error: { code: "attachment_missing", message: expect.stringContaining("a.txt") },
  });
  expect(harness.events().map(({ type }) => type)).not.toContain("model.requested");
});

test("a storage that fails ends the slice and not the run", async () => {
  let fails = true;
  const harness = run({
    files: async (sha256) => {
      if (fails) {
        fails = false;
        throw new Error("the storage is down");
      }
      return read(sha256);
    },
  });
  await expect(harness.drive()).rejects.toThrow("the storage is down");
  expect(harness.log.state.end).toBeNull();
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({ status: "completed" });
});

function bodies(harness: Harness): string[] {
  return harness
    .events()
    .flatMap((event) => (event.type === "model.requested" ? [event.data.body_sha256] : []));
}

test("a run that is killed at any write goes on with the same bodies", async () => {
  const whole = run({ files: read });
  await whole.drive();
  const kills = Array.from({ length: whole.writes }, (_, n) => [n + 1, "before"] as const).flatMap(
    ([n]) => [[n, "before"] as const, [n, "after"] as const],
  );
  for (const [at, when] of kills) {
    const harness = run({
      files: read,
      onWrite: (n, moment) => {
        if (n === at && moment === when) {
          throw new Killed();
        }
      },
    });
    await harness.driveThroughKills();
    expect(harness.log.state.end, `${when} ${at}`).toMatchObject({ status: "completed" });
    expect(new Set(bodies(harness)), `${when} ${at}`).toEqual(new Set(bodies(whole)));
  }
});
