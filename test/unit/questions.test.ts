/** What a run asks people, as tasks and the inbox show it: derived from the log, and bounded. */
import { expect, test } from "vitest";
import { messageBody } from "../../src/api/tasks/schemas.ts";
import { readRequest } from "../../src/durable/run/live/live-protocol.ts";
import { acceptCommand, type CommandChecks } from "../../src/run/decide/command.ts";
import { openQuestions, waitingOf } from "../../src/run/decide/questions.ts";
import type { NewEvent } from "../../src/run/log/event.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import { foldNew } from "../../src/run/log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import { createdEvent, Harness, specFor } from "../harness.ts";

const PAY = { name: "add_numbers", arguments: { a: 1, b: 2 } };
const ASK = { name: "ask_human", arguments: { question: "Which one?", choices: ["a", "b"] } };
const DONE = { text: "done" };
const NOW = Date.parse("2026-11-24T12:00:00.000Z");

type More = Parameters<typeof specFor>[1];

async function waitingRun(script: readonly object[], more: More = {}): Promise<Harness> {
  const harness = new Harness(specFor({ script: script as [] }, more));
  await harness.drive();
  return harness;
}

/** A run whose only call is of a tool of an MCP server, and what came after its intent. */
function served(events: readonly NewEvent[], more: More = {}): RunState {
  const spec = {
    ...specFor({}, more),
    mcp_servers: [{ name: "crm", transport: "http", url: "https://crm.example.com" }],
  } as unknown as ReturnType<typeof specFor>;
  const call = { call_id: "call_2", name: "crm.update", arguments: { id: 7 } };
  return foldNew(
    INITIAL_STATE,
    [
      createdEvent(spec),
      { type: "run.started", data: { epoch: 1 } },
      {
        type: "mcp.listed",
        data: {
          server: "crm",
          expires_at: new Date(NOW).toISOString(),
          tools: [
            {
              name: "update",
              description: "",
              input_schema: { type: "object", title: "of the server" },
              effect: "once",
            },
          ],
        },
      },
      {
        type: "model.requested",
        data: { call_id: "call_1", attempt: 1, step: 1, model: "m", up_to_seq: 3, body_sha256: "" },
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
      ...events,
    ],
    NOW,
  );
}

const INTENT: NewEvent = {
  type: "tool.requested",
  data: {
    call_id: "call_2",
    model_call_id: "call_1",
    name: "crm.update",
    arguments: { id: 7 },
    effect: "once",
    idempotency_key: "k",
    attempt: 1,
  },
};

function asks(key: string, more: object): NewEvent {
  const data = { call_id: "call_2", key, server: "crm", message: `Really ${key}?`, ...more };
  return { type: "input.requested", data };
}

test("an approval shows the call, the rule, and what happens without an answer", async () => {
  const { log } = await waitingRun([{ tool_calls: [PAY, PAY] }, DONE], {
    config: { policy: { approve: ["add_*"] } },
  });
  const [first, second] = openQuestions(log.state);
  expect(first).toEqual({
    kind: "approval",
    seq: expect.any(Number),
    for: "approval",
    since: expect.stringMatching(/Z$/),
    until: null,
    on_expiry: null,
    call_id: "call_2",
    tool: "add_numbers",
    arguments: { a: 1, b: 2 },
    reason: "policy",
    rule: 'approve "add_*"',
  });
  expect(second).toMatchObject({ call_id: "call_3" });
  expect(waitingOf(log.state)).toMatchObject({ for: "approval", call_id: "call_2" });
  expect(waitingOf(log.state)).not.toHaveProperty("seq");
});

test("what is decided, answered or over is asked no more", async () => {
  const harness = await waitingRun([{ tool_calls: [PAY, ASK] }, DONE], {
    config: { policy: { approve: ["add_*"] } },
  });
  const kinds = () => openQuestions(harness.log.state).map(({ kind }) => kind);
  expect(kinds()).toEqual(["approval", "question"]);
  const before = harness.log.state.questionSeq;
  harness.tell({ kind: "decide", call_id: "call_2", decision: "deny", comment: null, by: "k" });
  expect(kinds()).toEqual(["question"]);
  expect(harness.log.state.questionSeq).toBeGreaterThan(before);
  await harness.drive();
  expect(waitingOf(harness.log.state)).toMatchObject({
    for: "input",
    kind: "question",
    question: "Which one?",
    arguments: { choices: ["a", "b"] },
    tool: "ask_human",
  });
  harness.tell({ kind: "cancel", reason: null, by: "k" });
  expect(kinds()).toEqual([]);
  expect(waitingOf(harness.log.state)).toBeNull();
});

test("expiries are those of each question, with what follows them", async () => {
  const waits = { approval_expires_s: 60, input_expires_s: 90, on_expiry: "continue" } as const;
  const spec = specFor(
    { script: [{ tool_calls: [PAY, ASK] }, DONE] },
    { config: { policy: { approve: ["add_*"] }, waits } },
  );
  const harness = new Harness(spec);
  const started = harness.now;
  await harness.drive();
  const state = foldTo(harness, "run.waiting");
  expect(openQuestions(state)).toMatchObject([
    { kind: "approval", until: iso(started + 60_000), on_expiry: "continue" },
    { kind: "question", until: iso(started + 90_000), on_expiry: "continue" },
  ]);
});

test("a form and an address of a server are questions of a running call", () => {
  const schema = { type: "object", properties: { yes: { type: "boolean" } } };
  const running = served([
    INTENT,
    asks("k1", { schema }),
    asks("k2", { url: "https://x.example" }),
  ]);
  expect(waitingOf(running)).toBeNull();
  expect(openQuestions(running)).toMatchObject([
    { kind: "form", key: "k1", server: "crm", question: "Really k1?", schema, tool: "crm.update" },
    { kind: "address", key: "k2", url: "https://x.example", until: null },
  ]);
  const stopped = foldNew(running, [{ type: "tool.suspended", data: { call_id: "call_2" } }], NOW);
  expect(stopped.questionSeq).toBe(stopped.seq);
  const withdrawn: NewEvent = { type: "input.withdrawn", data: { call_id: "call_2", key: "k1" } };
  expect(openQuestions(foldNew(stopped, [withdrawn], NOW)).map(({ key }) => key)).toEqual(["k2"]);
});

function read(fields: JsonObject) {
  return readRequest({ fields, rounded: null }, "ada", true);
}

test("an address is answered by accept alone, and nothing else is", () => {
  const checks: CommandChecks = {
    argumentsDefect: () => null,
    schemaFits: () => null,
    keep: () => "",
  };
  const accept = { kind: "message", content: "", data: null, action: "accept", by: "ada" } as const;
  const opened = served([INTENT, asks("k2", { url: "https://x.example" })]);
  expect(acceptCommand(opened, { ...accept, call_id: "call_2", key: "k2" }, checks)).toMatchObject({
    ok: true,
    events: [{ type: "message.received", data: { key: "k2", action: "accept" } }],
  });
  const idle = served([INTENT]);
  expect(acceptCommand(idle, accept, checks)).toMatchObject({
    ok: false,
    code: "invalid_arguments",
  });

  expect(messageBody.safeParse({ action: "accept", key: "k2" }).success).toBe(true);
  expect(messageBody.safeParse({ key: "k2" }).success).toBe(false);
  expect(read({ type: "message", action: "accept", key: "k2" })).toMatchObject({
    ok: true,
    request: { command: { kind: "message", action: "accept" } },
  });
  expect(read({ type: "message", key: "k2" })).toMatchObject({ ok: false });
});

test("a question of a server never counts as answered when it expires", () => {
  const waits = { input_expires_s: 30, on_expiry: "continue" } as const;
  const state = served(
    [INTENT, asks("k1", {}), { type: "tool.suspended", data: { call_id: "call_2" } }],
    { config: { waits } },
  );
  expect(openQuestions(state)).toMatchObject([
    { kind: "form", until: iso(NOW + 30_000), on_expiry: "deny" },
  ]);
});

test("an approval has the schema that the server's tool was listed with", () => {
  const state = served([
    {
      type: "approval.requested",
      data: { call_id: "call_2", name: "crm.update", arguments: { id: 7 }, reason: "policy" },
    },
  ]);
  expect(openQuestions(state)).toMatchObject([{ schema: { title: "of the server" } }]);
});

test("a reached limit is a question, and a timer is not", async () => {
  const { log } = await waitingRun([{ tool_calls: [PAY] }, DONE], { limits: { max_tokens: 1 } });
  expect(openQuestions(log.state)).toMatchObject([
    { kind: "budget", for: "budget", limit: "max_tokens", until: null, on_expiry: null },
  ]);
  const until = iso(NOW + 60_000);
  const scheduled = foldNew(
    INITIAL_STATE,
    [createdEvent(specFor({})), { type: "run.waiting", data: { for: "schedule", until } }],
    NOW,
  );
  expect(openQuestions(scheduled)).toEqual([]);
  expect(waitingOf(scheduled)).toEqual({
    for: "schedule",
    since: iso(NOW),
    until,
    on_expiry: "resume",
  });
});

test("long texts are cut between characters, and it is said", () => {
  const long = `${"x".repeat(3_999)}😀 and more`;
  const state = served([
    INTENT,
    asks("k1", { message: long, schema: { description: "y".repeat(9_000) } }),
  ]);
  const [form] = openQuestions(state);
  expect(form).toMatchObject({ question: "x".repeat(3_999), truncated: true });
  expect(form).not.toHaveProperty("schema");
  const approval: NewEvent = {
    type: "approval.requested",
    data: { call_id: "call_2", name: "t", arguments: { text: long }, reason: "policy" },
  };
  const [asked] = openQuestions(served([approval]));
  expect(asked).toMatchObject({ truncated: true });
  expect(JSON.stringify(asked?.arguments)).toMatch(/^\{"preview":"\{\\"text\\":\\"xxx/);
  expect(JSON.stringify(asked).length).toBeLessThan(5_000);
});

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** The state up to the first event of a type. */
function foldTo(harness: Harness, type: string): RunState {
  let state = INITIAL_STATE;
  for (const event of harness.events()) {
    state = foldNew(state, [event], Date.parse(event.at));
    if (event.type === type) {
      break;
    }
  }
  return state;
}
