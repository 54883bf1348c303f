/** The main job over HTTP: a goal goes in, a run comes out, and the list, the keys and cancel hold. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import {
  ended,
  getTask,
  listed,
  listTasks,
  logOf,
  ofType,
  scripted,
  submit,
  type LogEvent,
  type Task,
  type TaskPage,
} from "../tasks.ts";
import { SseWatch } from "../watch.ts";

const GOAL = { input_data: { goal: "What is 17% of 2,340, and what time is it?" } };
const PLACEHOLDER = { agent_config: { planner: "placeholder" } };
let service: Service;

beforeAll(async () => {
  service = await Service.join();
});
afterAll(() => service.stop());

function post(path: string, body: unknown, headers = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return service.request(path, { method: "POST", headers, body: text });
}

function expectRightAnswer(task: Task, log: readonly LogEvent[], since: number): void {
  expect(task, JSON.stringify(task)).toMatchObject({ status: "completed", error: null });
  const outputs = ofType(log, "tool.completed").map((data) => data["output"]);
  const names = ofType(log, "tool.requested").map((data) => data["name"]);
  expect(names).toEqual(["calculator", "current_time"]);
  const [sum, clock] = outputs as [{ result: number }, { unix_ms: number; time: string }];
  expect(sum).toEqual({ result: 397.8 });
  expect(clock.unix_ms).toBeGreaterThanOrEqual(since);
  expect(clock.unix_ms).toBeLessThanOrEqual(Date.now());
  expect(clock.time).toBe(new Date(clock.unix_ms).toISOString().slice(11, 19));
  expect(task.result?.answer).toContain("397.8");
  expect(task.result?.answer).toContain(clock.time);
  expect(log.at(-1)).toMatchObject({ type: "run.completed", data: { result: task.result } });
  expect(task.last_seq).toBe(log.length);
}

test("a goal submitted over HTTP is accepted at once, then completes with the right numbers", async () => {
  const since = Date.now();
  const response = await post("/api/v1/tasks", GOAL);
  const accepted = await response.json<Task>();
  expect(response.status).toBe(201);
  expect(response.headers.get("Location")).toBe(`/api/v1/tasks/${accepted.task_id}`);
  expect(accepted).toMatchObject({ status: "pending", planner: "native", last_seq: 0 });
  const task = await ended(service, accepted.task_id);
  expectRightAnswer(task, await logOf(service, task.task_id), since);
});

test("the react planner comes to the same numbers, one tool a step", async () => {
  const since = Date.now();
  const { task_id } = await submit(service, { ...GOAL, agent_config: { planner: "react" } });
  const task = await ended(service, task_id);
  const log = await logOf(service, task_id);
  expectRightAnswer(task, log, since);
  expect(task.usage).toMatchObject({ steps: 3, model_calls: 3, tool_calls: 2 });
});

test("the placeholder planner answers without asking a model", async () => {
  const { task_id } = await submit(service, { ...GOAL, ...PLACEHOLDER });
  const task = await ended(service, task_id);
  expect(task.result?.answer).toContain(GOAL.input_data.goal);
  const types = (await logOf(service, task_id)).map((event) => event.type);
  expect(types).toEqual(["run.created", "run.started", "run.completed"]);
});

test("prompt means goal, agent_task means agent_run, and goal wins over prompt", async () => {
  const input_data = { goal: "this one", prompt: "not this one" };
  const both = await submit(service, { task_type: "agent_task", input_data, ...PLACEHOLDER });
  const alone = await submit(service, { input_data: { prompt: "that one" }, ...PLACEHOLDER });
  expect((await ended(service, both.task_id)).result?.answer).toMatch(/this one$/);
  expect((await ended(service, alone.task_id)).result?.answer).toMatch(/that one$/);
  expect(both).toMatchObject({ task_type: "agent_run" });
});

test("Prefer: wait gives the finished task with the submission, and with a get", async () => {
  const submitted = await submit(service, GOAL, { Prefer: "wait=30" });
  expect(submitted.status).toBe("completed");
  const slow = await submit(service, scripted([{ text: "slow", chunks: 3, delay_ms: 100 }]));
  const got = await getTask(service, slow.task_id, { Prefer: "respond-async, wait=30" });
  expect(got).toMatchObject({ status: "completed", result: { answer: "slow" } });
});

test("the whole body of the contract is taken, with null for what is not built", async () => {
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    headers: { Prefer: "wait=9" },
    body: JSON.stringify({
      task_type: "agent_task",
      name: "for people",
      input_data: { prompt: "What is 2 + 2?", context: { unit: "apples" }, messages: [] },
      agent: "default",
      agent_config: { model: "local/rules", planner: "native", tools: ["calculator"] },
      limits: { max_steps: 5, max_duration_s: 60, max_tokens: null, max_cost_usd: null },
      priority: 0,
      scheduled_at: null,
      callback_url: null,
      metadata: { team: "ops" },
    }),
  });
  expect(response.status).toBe(201);
  expect(response.headers.get("Preference-Applied")).toBe("wait=9");
  expect(await response.json()).toMatchObject({
    status: "completed",
    task_type: "agent_run",
    limits: { max_steps: 5, max_duration_s: 60 },
    metadata: { team: "ops" },
  });
});

test.each([
  "application/json",
  "application/json;",
  "application/json ; charset=utf-8",
  "application/vnd.opspawn+json",
])("a body of type %s is JSON", async (type) => {
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    headers: { "Content-Type": type },
    body: JSON.stringify({ ...GOAL, ...PLACEHOLDER }),
  });
  expect(response.status).toBe(201);
  await response.body?.cancel();
});

test("Prefer: wait gives the task as it is when its time is up", async () => {
  const slow = scripted([{ text: "slow", chunks: 100, delay_ms: 1000 }]);
  const task = await submit(service, slow, { Prefer: "wait=1" });
  expect(task.status).toBe("running");
  await post(`/api/v1/tasks/${task.task_id}/cancel`, {});
});

test("a run that waits is shown as waiting for a timer, and goes on by itself", async () => {
  const goal = "Wait 2 seconds, then tell me what 2 + 2 is.";
  const waiting = await submit(service, { input_data: { goal } }, { Prefer: "wait=30" });
  expect(waiting).toMatchObject({ status: "waiting", waiting_for: "timer", completed_at: null });
  const id = waiting.task_id;
  await listed(service, id, (row) => row.status === "waiting" && row.waiting_for === "timer");
  const over = await listed(service, id, (row) => row.status === "completed");
  expect(over).toMatchObject({ waiting_for: null });
  expect(over.result?.answer).toContain("4");
  const log = await logOf(service, id);
  const times = new Map(log.map((event) => [event.type, Date.parse(event.at)]));
  const rested = (times.get("run.resumed") ?? 0) - (times.get("run.waiting") ?? 0);
  expect(rested).toBeGreaterThanOrEqual(1900);
});

test("the list filters by status, agent, time and metadata, each on its own", async () => {
  const made: Task[] = [];
  for (const team of ["red", "blue", "blue"]) {
    const metadata = { team, "odd key.$[0]": "x", n: made.length };
    made.push(await submit(service, { ...GOAL, ...PLACEHOLDER, metadata }, { Prefer: "wait=9" }));
  }
  const [first, second, third] = made.map((task) => task.task_id);
  for (const id of [first, second, third]) {
    await listed(service, id ?? "", (row) => row.status === "completed");
  }
  const at = encodeURIComponent(made[1]?.created_at ?? "");
  const own = (tasks: readonly Task[]): string[] =>
    tasks.map((task) => task.task_id).filter((id) => [first, second, third].includes(id));
  const ids = async (query: string): Promise<string[]> =>
    own((await listTasks(service, `?limit=100&${query}`)).data);
  expect(await ids("metadata.team=blue")).toEqual([third, second]);
  expect(await ids("metadata.team=blue&metadata.n=1")).toEqual([second]);
  expect(await ids("metadata.odd%20key.%24%5B0%5D=x")).toHaveLength(3);
  expect(await ids("metadata.team=green")).toEqual([]);
  expect(await ids("status=completed&agent=default")).toHaveLength(3);
  expect(await ids("status=failed")).toEqual([]);
  expect(await ids("agent=other")).toEqual([]);
  expect(await ids(`created_after=${at}`)).toEqual([third, second]);
  expect(await ids(`created_before=${at}`)).toEqual([first]);
  expect((await listTasks(service, "?status=completed&limit=1")).total).toBeGreaterThanOrEqual(3);
  const filtered = await listTasks(service, "?metadata.team=blue&limit=1");
  expect([filtered.data.length, filtered.total]).toEqual([1, null]);
  expect(filtered.next_cursor).not.toBeNull();
});

test("a metadata filter takes a value as it is written in JSON, true and false too", async () => {
  const metadata = { urgent: true, done: false, ratio: 1.5, text: "true" };
  await submit(service, { ...GOAL, ...PLACEHOLDER, metadata });
  const totals = await Promise.all(
    ["urgent=true", "done=false", "ratio=1.5", "text=true", "urgent=1", "done=0"].map(
      async (filter) => [filter, (await listTasks(service, `?metadata.${filter}`)).data.length],
    ),
  );
  expect(totals).toEqual([
    ["urgent=true", 1],
    ["done=false", 1],
    ["ratio=1.5", 1],
    ["text=true", 1],
    ["urgent=1", 0],
    ["done=0", 0],
  ]);
});

test("paging by cursor visits every task once, while new ones come in", async () => {
  const before = await listTasks(service, "?limit=100");
  expect(before.total).toBeLessThan(100);
  const visited: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: TaskPage = await listTasks(service, `?limit=3${query}`);
    visited.push(...page.data.map((task) => task.task_id));
    cursor = page.next_cursor;
    await submit(service, { ...GOAL, ...PLACEHOLDER });
  } while (cursor !== null);
  expect(visited).toEqual(before.data.map((task) => task.task_id));
  expect(visited.length).toBeGreaterThan(6);
});

test("the same idempotency key and body give the same task, quoted or not, in any key order", async () => {
  const first = await post(
    "/api/v1/tasks",
    { ...GOAL, ...PLACEHOLDER, priority: 1 },
    {
      "Idempotency-Key": "order-1",
    },
  );
  const text = `{ "priority" : 1, "agent_config": {"planner":"placeholder"},
    "input_data": ${JSON.stringify(GOAL.input_data)} }`;
  const second = await post("/api/v1/tasks", text, { "Idempotency-Key": '"order-1"' });
  const [a, b] = [await first.json<Task>(), await second.json<Task>()];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(b.task_id).toBe(a.task_id);
  expect(first.headers.get("Idempotent-Replayed")).toBeNull();
  expect(second.headers.get("Idempotent-Replayed")).toBe("true");
});

test("an idempotency key used for another body is refused, and a refused request leaves its key free", async () => {
  const headers = { "Idempotency-Key": "order-2" };
  const unknown = { ...GOAL, agent_config: { model: "nobody/none" } };
  expect((await post("/api/v1/tasks", unknown, headers)).status).toBe(422);
  expect((await post("/api/v1/tasks", { ...GOAL, ...PLACEHOLDER }, headers)).status).toBe(201);
  const other = await post("/api/v1/tasks", { ...GOAL, ...PLACEHOLDER, priority: 2 }, headers);
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: "idempotency_key_reused" });
});

test.for(["idempotency_key", "request_id"])(
  "%s in the body is an idempotency key too",
  async (field) => {
    const body = { ...GOAL, ...PLACEHOLDER, [field]: `order-3 as ${field}` };
    const [first, second] = [await post("/api/v1/tasks", body), await post("/api/v1/tasks", body)];
    expect((await second.json<Task>()).task_id).toBe((await first.json<Task>()).task_id);
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
  },
);

test("twenty submissions at once under one key make one task", async () => {
  const before = await listTasks(service, "?limit=1");
  const headers = { "Idempotency-Key": "order-4" };
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => post("/api/v1/tasks", { ...GOAL, ...PLACEHOLDER }, headers)),
  );
  expect(responses.map((response) => response.status)).toEqual(Array(20).fill(201));
  const tasks = await Promise.all(responses.map((response) => response.json<Task>()));
  expect(new Set(tasks.map((task) => task.task_id)).size).toBe(1);
  const replayed = responses.filter((one) => one.headers.get("Idempotent-Replayed") === "true");
  expect(replayed).toHaveLength(19);
  expect((await listTasks(service, "?limit=1")).total).toBe((before.total ?? 0) + 1);
});

test("cancelling while the model streams ends the run at once, and nothing is written after", async () => {
  const slow = scripted([
    { text: "never said to its end ".repeat(20), chunks: 500, delay_ms: 100 },
  ]);
  const { task_id } = await submit(service, slow);
  const watch = await SseWatch.open(service, task_id);
  await watch.until(() => watch.texts.some((text) => text.includes('"model.delta"')));
  const response = await post(`/api/v1/tasks/${task_id}/cancel`, { reason: "enough" });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ status: "cancelled", error: null, result: null });
  await watch.done;
  const log = await logOf(service, task_id);
  expect(log.at(-1)).toMatchObject({
    type: "run.cancelled",
    data: { reason: "enough", by: service.keyId },
  });
  expect(ofType(log, "model.completed")).toEqual([]);
  await listed(service, task_id, (row) => row.status === "cancelled");
});

test("cancelling a run that waits for a timer ends it, and cancelling again changes nothing", async () => {
  const goal = "Wait 1 hour, then tell me what 2 + 2 is.";
  const { task_id, status } = await submit(service, { input_data: { goal } }, { Prefer: "wait=9" });
  expect(status).toBe("waiting");
  const first = await post(`/api/v1/tasks/${task_id}/cancel`, {});
  const log = await logOf(service, task_id);
  const again = await service.request(`/api/v1/tasks/${task_id}/cancel`, { method: "POST" });
  expect([first.status, again.status]).toEqual([202, 202]);
  expect(await again.json()).toMatchObject({ status: "cancelled", waiting_for: null });
  expect(await logOf(service, task_id)).toEqual(log);
});

test("cancelling a run that is over leaves it as it is", async () => {
  const done = await submit(service, GOAL, { Prefer: "wait=30" });
  const response = await post(`/api/v1/tasks/${done.task_id}/cancel`, { reason: "too late" });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ status: "completed", last_seq: done.last_seq });
});

test("cancelling right after the submission always wins or loses cleanly, never both", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const { task_id } = await submit(service, GOAL);
      await post(`/api/v1/tasks/${task_id}/cancel`, {});
      const { status } = await ended(service, task_id);
      const log = await logOf(service, task_id);
      const ends = log.filter((one) => /^run\.(completed|failed|cancelled)$/.test(one.type));
      expect(ends.map((event) => event.type)).toEqual([`run.${status}`]);
      return (await listed(service, task_id, (row) => row.status === status)).status;
    }),
  );
  expect(outcomes.filter((one) => one === "cancelled" || one === "completed")).toHaveLength(10);
});

test("a ticket is given for one minute, for a task that exists", async () => {
  const { task_id } = await submit(service, GOAL);
  const response = await service.request(`/api/v1/tasks/${task_id}/ticket`, { method: "POST" });
  const { ticket, expires_at } = await response.json<{ ticket: string; expires_at: string }>();
  expect(response.status).toBe(201);
  const left = Date.parse(expires_at) - Date.now();
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThanOrEqual(60_000);
  const events = await fetch(`${service.url}/api/v1/tasks/${task_id}/events?ticket=${ticket}`);
  expect(events.status).toBe(200);
});
