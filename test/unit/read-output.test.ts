/** Long outputs: what the model is shown of one, and how it reads on. */
import { hash } from "node:crypto";
import { z } from "zod";
import { expect, test } from "vitest";
import { MAX_OUTPUT_BYTES } from "../../src/agent/tools/output.ts";
import { readOutput } from "../../src/agent/tools/built-in/read-output.ts";
import { defineTool } from "../../src/agent/tools/tool.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import type { NewEvent } from "../../src/run/log/event.ts";
import { withShortOutputs } from "../../src/run/value/message.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { createdEvent, Harness, memoryStorage, specFor } from "../harness.ts";

const WHOLE = "😀 and so on. ".repeat(370_000);
const SHA256 = hash("sha256", WHOLE, "hex");

/** A tool that says too much. */
const floodOf = (text: string) =>
  defineTool({
    name: "flood",
    description: "Says too much.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "pure",
    untrusted: "web",
    run: () => text,
  });

test("five megabytes are kept whole, and the model is shown where to read on", async () => {
  const run = await flooded([{ tool_calls: [{ name: "flood" }] }, { text: "enough" }]);
  const outcome = run.events().find((event) => event.type === "tool.completed");
  expect(outcome?.data).toMatchObject({ truncated: true, output_sha256: SHA256, untrusted: "web" });
  const shown = outputs(run)[0] as { preview: string; next_offset: number };
  expect(shown).toMatchObject({ output_sha256: SHA256, next_offset: shown.preview.length });
  expect(WHOLE.startsWith(shown.preview)).toBe(true);
  expect(JSON.stringify(shown).length).toBeLessThan(MAX_OUTPUT_BYTES);
});

// A hundred and thirty steps, which say three times what the window holds.
test(
  "a model that reads to the end has read all of it, and its window stays small",
  { timeout: 60_000 },
  async () => {
    const whole = WHOLE.slice(0, 1_300_000);
    const sha256 = hash("sha256", whole, "hex");
    const pages: { tool_calls: { name: string; arguments: JsonValue }[] }[] = [];
    for (let offset = 0; offset < whole.length; offset += 10_000) {
      const args = { sha256, offset, limit: 10_000 };
      pages.push({ tool_calls: [{ name: "read_output", arguments: args }] });
    }
    const script = [{ tool_calls: [{ name: "flood" }] }, ...pages, { text: "read" }];
    const run = await flooded(script, whole);
    const read = run
      .events()
      .flatMap((event) => (event.type === "tool.completed" ? [event.data] : []))
      .slice(1);
    const texts = read.map(({ output }) => (output as { text: string }).text);
    expect(texts.join("").length).toBe(whole.length);
    expect(hash("sha256", texts.join(""), "hex")).toBe(sha256);
    expect(
      read.every(({ untrusted, truncated }) => untrusted === "web" && truncated !== true),
    ).toBe(true);
    expect(read.at(-1)?.output).toMatchObject({ next_offset: null });
    expect(run.log.state.conversation.chars).toBeLessThan(500_000);
  },
);

test("an output that compaction makes shorter still says where the whole of it is", async () => {
  const calculate = { tool_calls: [{ name: "calculator", arguments: { expression: "1+1" } }] };
  const run = await flooded([
    { tool_calls: [{ name: "flood" }] },
    ...Array.from({ length: 6 }, () => calculate),
    { text: "done" },
  ]);
  const results = withShortOutputs(run.log.state.conversation).recent.flatMap((turn) =>
    turn.role === "tool" ? turn.results : [],
  );
  const output = results[0]?.output as { beginning: string };
  expect(output).toMatchObject({ shortened: true, output_sha256: SHA256 });
  expect(output.beginning.length).toBeLessThan(5000);
  expect(results[0]).toMatchObject({ untrusted: "web" });
});

test.each([
  ["no hash", { sha256: "../../etc/passwd" }],
  ["a page of a million characters", { sha256: SHA256, limit: 1_000_000 }],
  ["a negative offset", { sha256: SHA256, offset: -1 }],
  ["half a character", { sha256: SHA256, offset: 0.5 }],
])("%s is no page", (_what, args) => {
  expect(readOutput.checkInput(args).ok).toBe(false);
});

test("beyond the end there is nothing, and of another name there is no output", async () => {
  const run = await flooded([
    { tool_calls: [{ name: "flood" }] },
    page(SHA256, 10_000_000),
    page("0".repeat(64), 0),
    { text: "done" },
  ]);
  expect(outputs(run)[1]).toEqual({
    text: "",
    offset: 10_000_000,
    total: WHOLE.length,
    next_offset: null,
  });
  expect(run.types().filter((type) => type === "tool.failed")).toHaveLength(1);
});

test("a log from before the reference was told folds to what it always did", () => {
  const call = { call_id: "call_2", name: "flood", arguments: {} };
  const shared = { duration_ms: 1, truncated: true, output_sha256: SHA256 };
  const shownAs = (data: { next_offset?: number }): unknown => {
    const { sql, transaction } = memoryStorage();
    const log = new EventLog(sql, transaction);
    const events: NewEvent[] = [
      createdEvent(specFor({ script: [] })),
      { type: "run.started", data: { epoch: 1 } },
      {
        type: "model.requested",
        data: { call_id: "call_1", attempt: 1, step: 1, model: "m", up_to_seq: 2, body_sha256: "" },
      },
      {
        type: "model.completed",
        data: {
          call_id: "call_1",
          attempt: 1,
          finish_reason: "tool_calls",
          text: "",
          tool_calls: [call],
        },
      },
      {
        type: "tool.requested",
        data: {
          call_id: "call_2",
          model_call_id: "call_1",
          name: "flood",
          arguments: {},
          effect: "pure",
          idempotency_key: "k",
          attempt: 1,
        },
      },
      {
        type: "tool.completed",
        data: { call_id: "call_2", output: "the beg", ...shared, ...data },
      },
    ];
    log.append(events, 0);
    const last = log.state.conversation.recent.at(-1);
    return last?.role === "tool" ? last.results[0]?.output : null;
  };
  expect(shownAs({})).toBe("the beg");
  expect(shownAs({ next_offset: 7 })).toEqual({
    preview: "the beg",
    output_sha256: SHA256,
    next_offset: 7,
  });
});

async function flooded(script: JsonValue, text = WHOLE): Promise<Harness> {
  const limits = { max_steps: 1000, max_repeats: 100 };
  const run = new Harness(specFor({ script }, { limits }), { extraTools: [floodOf(text)] });
  await run.drive();
  expect(run.log.state.status).toBe("completed");
  return run;
}

function page(sha256: string, offset: number) {
  return { tool_calls: [{ name: "read_output", arguments: { sha256, offset } }] };
}

/** What the model was shown of each output. */
function outputs(run: Harness): unknown[] {
  return run.log.state.conversation.recent.flatMap((turn) =>
    turn.role === "tool"
      ? turn.results.flatMap(({ output }) => (output === undefined ? [] : [output]))
      : [],
  );
}
