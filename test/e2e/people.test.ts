/** People and a run, over REST and WebSocket: approvals, questions, messages, limits, retries, schedules. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import {
  ended,
  getJson,
  getTask,
  listed,
  logOf,
  ofType,
  play,
  scripted,
  submit,
  type Task,
} from "../tasks.ts";
import { SocketWatch } from "../watch.ts";

const DONE = { text: "Done." };
const PAY = { tool_calls: [{ name: "pay", arguments: { amount: 5 } }] };
const ASK = { tool_calls: [{ name: "ask_human", arguments: { question: "Which one?" } }] };
const PAYING = {
  script_tools: [
    {
      name: "pay",
      effect: "once",
      input_schema: {
        type: "object",
        properties: { amount: { type: "number", maximum: 100 } },
        required: ["amount"],
      },
      outputs: [{ output: "paid" }, { output: "paid again" }],
    },
  ],
};
const HELD = { agent_config: { policy: { approve: ["pay"] } } };
let reader: string;

let service: Service;

beforeAll(async () => {
  service = await Service.join();
  reader = (await service.mint("tasks:read")).key;
});
afterAll(() => service.stop());

/** A task as soon as it waits. */
async function waiting(body: Parameters<typeof submit>[1]): Promise<Task> {
  const { task_id } = await submit(service, body);
  const task = await getTask(service, task_id, { Prefer: "wait=30" });
  expect(task.status, JSON.stringify(task)).toBe("waiting");
  return task;
}

async function say(
  path: string,
  body: unknown,
  { method = "POST", headers = {} } = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const response = await service.request(`/api/v1/tasks/${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    body: await response.json<Record<string, unknown>>(),
    headers: response.headers,
  };
}

test("a call waits for approval, is approved with other arguments, and runs once with those", async () => {
  const { task_id, waiting_for } = await waiting(scripted([PAY, DONE], HELD, PAYING));
  expect(waiting_for).toBe("approval");
  const path = `${task_id}/approvals/call_2`;
  const wrong = await say(path, { decision: "approve", arguments: { amount: 1000 } });
  expect(wrong).toMatchObject({ status: 422, body: { code: "invalid_arguments" } });
  const approved = await say(path, {
    decision: "approve",
    arguments: { amount: 7 },
    comment: "fine",
  });
  expect(approved.status).toBe(202);
  expect(await say(path, { decision: "deny" })).toMatchObject({ status: 409 });
  const task = await ended(service, task_id);
  const log = await logOf(service, task_id);
  expect(task).toMatchObject({ status: "completed", usage: { tool_calls: 1 } });
  expect(ofType(log, "approval.decided")).toEqual([
    {
      call_id: "call_2",
      decision: "approve",
      arguments: { amount: 7 },
      by: service.keyId,
      comment: "fine",
    },
  ]);
  expect(ofType(log, "tool.requested").map((data) => data["arguments"])).toEqual([{ amount: 7 }]);
  expect(ofType(log, "tool.completed").map((data) => data["output"])).toEqual(["paid"]);
});

test("two people who decide at once: one of them does, the other is told that it is done", async () => {
  const { task_id } = await waiting(scripted([PAY, DONE], HELD, PAYING));
  const answers = await Promise.all(
    ["approve", "deny", "approve", "deny"].map((decision) =>
      say(`${task_id}/approvals/call_2`, { decision }),
    ),
  );
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
  await ended(service, task_id);
  const log = await logOf(service, task_id);
  expect(ofType(log, "approval.decided")).toHaveLength(1);
  const outcomes = [...ofType(log, "tool.completed"), ...ofType(log, "tool.failed")];
  expect(outcomes).toHaveLength(1);
});

/** The entries of a task in the inbox. */
async function inboxOf(taskId: string): Promise<Record<string, unknown>[]> {
  const { data } = await getJson<{ data: Record<string, unknown>[] }>(
    service,
    `/api/v1/inbox?task_id=${taskId}`,
  );
  return data;
}

test("the inbox shows what a task asks, and is where two people decide: one of them does", async () => {
  const two = { tool_calls: [...PAY.tool_calls, ...ASK.tool_calls] };
  const { task_id, waiting: shown } = await waiting(scripted([two, DONE], HELD, PAYING));
  expect(shown).toMatchObject({ for: "approval", call_id: "call_2", tool: "pay" });
  await expect.poll(async () => (await inboxOf(task_id)).length).toBe(2);
  const [asked, question] = await inboxOf(task_id);
  expect(asked).toMatchObject({
    task_id,
    kind: "approval",
    agent: "default",
    arguments: { amount: 5 },
    rule: 'approve "pay"',
  });
  expect(question).toMatchObject({ kind: "question", question: "Which one?", call_id: "call_3" });
  const stored = await listed(service, task_id, ({ status }) => status === "waiting");
  expect(stored.waiting).toEqual(shown);
  const path = `${task_id}/approvals/${String(asked?.["call_id"])}`;
  const answers = await Promise.all([
    say(path, { decision: "approve" }),
    say(path, { decision: "deny" }),
  ]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 409]);
  await expect
    .poll(async () => (await inboxOf(task_id)).map((one) => one["kind"]))
    .toEqual(["question"]);
  expect(await say(`${task_id}/messages`, { content: "b" })).toMatchObject({ status: 202 });
  expect(await ended(service, task_id)).toMatchObject({ status: "completed", waiting: null });
  await expect.poll(() => inboxOf(task_id)).toEqual([]);
});

test("an approval over the socket is answered, and the run goes on under the same watcher", async () => {
  const { task_id } = await waiting(scripted([PAY, ASK, DONE], HELD, PAYING));
  const socket = await SocketWatch.open(service, task_id, { query: "?after=0" });
  socket.send({ type: "approve", call_id: "call_9", ref: 1 });
  expect(await socket.answer(1)).toMatchObject({ type: "error", code: "no_such_call" });
  socket.send({ type: "approve", call_id: "call_2", arguments: { amount: "much" }, ref: 2 });
  expect(await socket.answer(2)).toMatchObject({ type: "error", code: "invalid_arguments" });
  socket.send({ type: "approve", call_id: "call_2", comment: "go", ref: 3 });
  expect(await socket.answer(3)).toEqual({ type: "ok", ref: 3 });
  await socket.until(() => socket.texts.some((text) => text.includes('"for":"input"')));
  socket.send({ type: "message", content: "the second", ref: 4 });
  expect(await socket.answer(4)).toEqual({ type: "ok", ref: 4 });
  expect(await socket.closed).toMatchObject({ code: 1000 });
  const log = await logOf(service, task_id);
  expect(ofType(log, "approval.decided")).toMatchObject([{ by: service.keyId, comment: "go" }]);
  expect(ofType(log, "tool.completed").at(-1)?.["output"]).toEqual({ answer: "the second" });
});

test("a denial over the socket is told to the model with its comment", async () => {
  const { task_id } = await waiting(scripted([PAY, DONE], HELD, PAYING));
  const socket = await SocketWatch.open(service, task_id, { query: "?after=0" });
  socket.send({ type: "deny", call_id: "call_2", comment: "too dear" });
  await socket.closed;
  const [failed] = ofType(await logOf(service, task_id), "tool.failed");
  expect(failed).toMatchObject({ code: "approval_denied" });
  expect(failed?.["message"]).toContain("too dear");
});

test("a question is answered by a message, with data beside the text", async () => {
  const { task_id, waiting_for } = await waiting(scripted([ASK, DONE]));
  expect(waiting_for).toBe("input");
  const answer = await say(`${task_id}/messages`, { content: "the red one", data: { id: 7 } });
  expect(answer.status).toBe(202);
  await ended(service, task_id);
  const log = await logOf(service, task_id);
  expect(ofType(log, "tool.completed").map((data) => data["output"])).toEqual([
    { answer: "the red one", data: { id: 7 } },
  ]);
});

test("a message to a task whose run has not begun begins it, and is not lost", async () => {
  const { task_id } = await submit(service, scripted([{ text: "one" }, { text: "two" }]));
  expect((await say(`${task_id}/messages`, { content: "And this?" })).status).toBeLessThan(410);
  await ended(service, task_id);
  const log = await logOf(service, task_id);
  expect(ofType(log, "run.created")).toHaveLength(1);
});

test("tokens that are used up make a task wait for budget, and raising the cap lets it complete", async () => {
  const add = { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] };
  const { task_id, waiting_for } = await waiting(
    scripted([add, DONE], { limits: { max_tokens: 10 } }),
  );
  expect(waiting_for).toBe("budget");
  const row = await listed(service, task_id, (task) => task.status === "waiting");
  expect(row.waiting_for).toBe("budget");
  const raised = await say(`${task_id}/limits`, { max_tokens: 1_000_000 }, { method: "PATCH" });
  expect(raised).toMatchObject({ status: 200, body: { limits: { max_tokens: 1_000_000 } } });
  const task = await ended(service, task_id);
  expect(task).toMatchObject({ status: "completed", limits: { max_tokens: 1_000_000 } });
  expect(await listed(service, task_id, (one) => one.status === "completed")).toMatchObject({
    limits: { max_tokens: 1_000_000 },
  });
  const log = await logOf(service, task_id);
  expect(ofType(log, "limit.changed")).toEqual([
    { limit: "max_tokens", from: 10, to: 1_000_000, by: service.keyId },
  ]);
  expect(ofType(log, "model.requested")).toHaveLength(2);
});

test("null lifts a default of the service", async () => {
  const task = await play(service, scripted([DONE], { limits: { max_steps: null } }));
  expect(task).toMatchObject({ status: "completed", limits: { max_duration_s: 3600 } });
  expect(task).not.toHaveProperty("limits.max_steps");
});

test("what is said to a task that is over is refused with 409, and changes nothing", async () => {
  const { task_id, last_seq } = await play(service, scripted([DONE]));
  for (const [path, body, method] of [
    ["messages", { content: "hello?" }, "POST"],
    ["approvals/call_1", { decision: "approve" }, "POST"],
    ["limits", { max_steps: 5 }, "PATCH"],
  ] as const) {
    const answer = await say(`${task_id}/${path}`, body, { method });
    expect(answer).toMatchObject({ status: 409, body: { code: "task_over" } });
  }
  expect(await logOf(service, task_id)).toHaveLength(last_seq);
});

test("a key that may only read can say nothing", async () => {
  const { task_id } = await waiting(scripted([ASK, DONE]));
  const headers = { Authorization: `Bearer ${reader}` };
  for (const [path, body, method] of [
    ["messages", { content: "hello?" }, "POST"],
    ["approvals/call_2", { decision: "approve" }, "POST"],
    ["limits", { max_steps: 5 }, "PATCH"],
    ["retry", {}, "POST"],
  ] as const) {
    const answer = await say(`${task_id}/${path}`, body, { method, headers });
    expect(answer, path).toMatchObject({ status: 403, body: { code: "forbidden" } });
  }
  await say(`${task_id}/cancel`, {});
});

test("a retry is a new task with the same input that names its origin; one that goes on has none", async () => {
  const script = [{ error: { class: "refused" } }, DONE];
  const failed = await play(service, scripted(script, { name: "again", metadata: { a: "b" } }));
  expect(failed.status).toBe("failed");
  const headers = { "Idempotency-Key": "retry-1" };
  const first = await say(`${failed.task_id}/retry`, {}, { headers });
  const second = await say(`${failed.task_id}/retry`, {}, { headers });
  expect(first).toMatchObject({
    status: 201,
    body: { retry_of: failed.task_id, attempt: 2, name: "again", metadata: { a: "b" } },
  });
  expect(first.headers.get("Location")).toBe(`/api/v1/tasks/${String(first.body["task_id"])}`);
  expect(second.body["task_id"]).toBe(first.body["task_id"]);
  expect(second.headers.get("Idempotent-Replayed")).toBe("true");
  expect(await ended(service, String(first.body["task_id"]))).toMatchObject({ status: "failed" });
  const { task_id } = await waiting(scripted([ASK, DONE]));
  const early = await say(`${task_id}/retry`, {});
  expect(early).toMatchObject({ status: 409, body: { code: "not_finished" } });
  await say(`${task_id}/cancel`, {});
});

test("a scheduled task waits in its own object until its time, and then completes by itself", async () => {
  const scheduled_at = new Date(Date.now() + 1500).toISOString();
  const task = await waiting(scripted([DONE], { scheduled_at }));
  expect(task).toMatchObject({
    waiting_for: "schedule",
    waiting_until: scheduled_at,
    scheduled_at,
    started_at: null,
  });
  const over = await ended(service, task.task_id);
  expect(over.status).toBe("completed");
  expect(Date.parse(String(over.completed_at))).toBeGreaterThanOrEqual(Date.parse(scheduled_at));
});

test.each([
  ["for approval", scripted([PAY, DONE], HELD, PAYING)],
  ["for input", scripted([ASK, DONE])],
  ["for budget", scripted([PAY, DONE], { limits: { max_tokens: 1 } }, PAYING)],
  [
    "for its schedule",
    scripted([DONE], { scheduled_at: new Date(Date.now() + 3_600_000).toISOString() }),
  ],
])("a task that waits %s can be cancelled, and stays so", async (_what, body) => {
  const { task_id } = await waiting(body);
  const [first, second] = await Promise.all([
    say(`${task_id}/cancel`, { reason: "enough" }),
    say(`${task_id}/cancel`, { reason: "enough" }),
  ]);
  expect([first?.status, second?.status]).toEqual([202, 202]);
  expect(await ended(service, task_id)).toMatchObject({ status: "cancelled", waiting_for: null });
  expect(ofType(await logOf(service, task_id), "run.cancelled")).toHaveLength(1);
});

test("cancelling during a tool leaves its outcome unknown, and its late result has nowhere to go", async () => {
  const slow = { ...PAYING.script_tools[0], delay_ms: 400 };
  const { task_id } = await submit(service, scripted([PAY, DONE], {}, { script_tools: [slow] }));
  const socket = await SocketWatch.open(service, task_id, { query: "?after=0" });
  await socket.until(() => socket.texts.some((text) => text.includes('"tool.requested"')));
  await say(`${task_id}/cancel`, {});
  await socket.closed;
  const log = await logOf(service, task_id);
  expect(log.slice(-2).map(({ type }) => type)).toEqual(["tool.outcome_unknown", "run.cancelled"]);
  await new Promise((wake) => setTimeout(wake, 500));
  expect(await logOf(service, task_id)).toEqual(log);
});

test("an output that is too long for its event is read in pages, whole", async () => {
  const big = `${"0123456789".repeat(40_000)}end`;
  const body = scripted(
    [{ tool_calls: [{ name: "big" }] }, DONE],
    {},
    { script_tools: [{ name: "big", outputs: [{ output: big }] }] },
  );
  const { task_id } = await play(service, body);
  const [completed] = ofType(await logOf(service, task_id), "tool.completed");
  expect(completed).toMatchObject({ truncated: true });
  const sha = String(completed?.["output_sha256"]);
  let text = "";
  for (let offset: number | null = 0; offset !== null;) {
    const path = `/api/v1/tasks/${task_id}/outputs/${sha}?offset=${offset}&limit=150000`;
    const page = await (await service.request(path)).json<Record<string, unknown>>();
    expect(page).toMatchObject({ total: big.length });
    text += String(page["text"]);
    offset = page["next_offset"] as number | null;
  }
  expect(text).toBe(big);
  const none = `/api/v1/tasks/${task_id}/outputs/${"0".repeat(64)}`;
  expect((await service.request(none)).status).toBe(404);
});

const refusals: [what: string, path: string, body: unknown, pointer: string][] = [
  ["an empty message", "messages", {}, "/content"],
  ["a blank message", "messages", { content: "  " }, "/content"],
  ["a message of a number", "messages", { content: 7 }, "/content"],
  ["a message with an unknown field", "messages", { content: "x", to: "you" }, "/to"],
  ["data that is a list", "messages", { data: [] }, "/data"],
  ["no decision", "approvals/call_2", {}, "/decision"],
  ["another decision", "approvals/call_2", { decision: "maybe" }, "/decision"],
  [
    "a comment with a control character",
    "approvals/call_2",
    { decision: "deny", comment: "\u0007" },
    "/comment",
  ],
  ["a retry with a body", "retry", { input_data: {} }, "/input_data"],
];

test.for(refusals)("%s is refused and says where", async ([, path, body, pointer]) => {
  const { task_id } = await submit(service, scripted([DONE]));
  const answer = await say(`${task_id}/${path}`, body);
  expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
  expect(answer.body["errors"]).toMatchObject([{ pointer }]);
});

test.for([{}, { max_steps: 0 }, { max_cost_usd: -1 }, { on_reached: "explode" }, { steps: 1 }])(
  "limits of %j are refused",
  async (body) => {
    const { task_id } = await submit(service, scripted([DONE]));
    const answer = await say(`${task_id}/limits`, body, { method: "PATCH" });
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
  },
);

test("nothing breaks a promise after all of this", async () => {
  const response = await service.request("/api/v1/admin/invariants?limit=100");
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ data: [], next_cursor: null });
});
