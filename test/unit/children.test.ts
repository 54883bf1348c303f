/** Tasks that a run starts: what its log says, and what it waits for. */
import { expect, test } from "vitest";
import type { Submitted } from "../../src/agent/loop/effects.ts";
import { recover } from "../../src/run/decide/recover.ts";
import { unneededChildren as unneeded } from "../../src/durable/run/children.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import { upcast, type RunEvent } from "../../src/run/log/event.ts";
import { reduce } from "../../src/run/log/reduce.ts";
import type { PinnedAgent } from "../../src/run/spec/child.ts";
import type { TaskOrder } from "../../src/run/spec/task-order.ts";
import type { RunCommand } from "../../src/run/decide/command.ts";
import { isJsonObject, type JsonValue } from "../../src/run/value/json.ts";
import { Harness, NO_FAMILY, specFor } from "../harness.ts";

const RESEARCHER: PinnedAgent = {
  agent: "researcher",
  version: 3,
  tool: "agent_researcher",
  description: "Finds things.",
};
const HELPER: PinnedAgent = {
  ...RESEARCHER,
  agent: "helper",
  tool: "agent_helper",
  background: true,
};

const call = (name: string, args: JsonValue) => ({ name, arguments: args });
const ask = (...goals: string[]) => ({
  tool_calls: goals.map((goal) => call("agent_researcher", { goal })),
});

type More = NonNullable<Parameters<typeof specFor>[1]>;

class Family {
  readonly orders: TaskOrder[] = [];
  /** When the children were asked whether they have ended. */
  readonly asked: number[] = [];
  answer: (order: TaskOrder) => Submitted = () => ({ ok: true, created: true });
  readonly run: Harness;

  constructor(script: JsonValue, more: More = {}, agents: readonly PinnedAgent[] = [RESEARCHER]) {
    const spec = specFor({ script }, { ...more, spec: { agents: [...agents], ...more.spec } });
    this.run = new Harness(spec, {
      children: {
        ...NO_FAMILY.children,
        submit: async (orders) => {
          this.orders.push(...orders);
          return orders.map((order) => this.answer(order));
        },
        ended: async () => {
          this.asked.push(this.run.now);
          return [];
        },
      },
    });
  }

  get state(): RunState {
    return this.run.log.state;
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  get events(): readonly RunEvent[] {
    return this.run.log.history(0, Number.MAX_SAFE_INTEGER).events;
  }

  end(n: number, report: Partial<Extract<RunCommand, { kind: "child" }>["report"]> = {}): void {
    const task_id = this.orders[n]?.task_id ?? "";
    const ended = { kind: "ended", status: "completed", answer: `answer ${n}` } as const;
    this.run.tell({ kind: "child", task_id, report: { ...ended, ...report } as typeof ended });
  }

  outputs(): unknown[] {
    return this.events.flatMap((event) =>
      event.type === "tool.completed"
        ? [event.data.output]
        : event.type === "tool.failed"
          ? [event.data.code]
          : [],
    );
  }
}

test("calls of one turn start tasks side by side, and the turn waits for all of them", async () => {
  const family = new Family([ask("a", "b", "c"), { text: "done" }]);
  await family.run.slice();
  expect(family.orders.map(({ body }) => (isJsonObject(body) ? body["input_data"] : null))).toEqual(
    ["a", "b", "c"].map((goal) => ({ goal })),
  );
  expect(family.state.wait).toMatchObject({ for: "children" });
  family.end(1);
  family.end(0);
  await family.run.slice();
  // The others are needed too: until then, nothing is written but the ends.
  expect(family.types.slice(-2)).toEqual(["child.ended", "child.ended"]);
  family.end(2);
  await family.run.slice();
  expect(family.state.end).toMatchObject({ status: "completed", result: { answer: "done" } });
  expect(family.outputs()).toEqual(
    [0, 1, 2].map((n) => ({ task_id: family.orders[n]?.task_id, answer: `answer ${n}` })),
  );
  expect(family.state.children).toEqual({});
});

test("the ids of tasks are in the intent, sort by time, and are the same after a crash", async () => {
  const family = new Family([ask("a"), { text: "done" }]);
  family.answer = () => {
    throw new Error("the process died");
  };
  await expect(family.run.slice()).rejects.toThrow("died");
  const [first] = family.orders;
  family.answer = () => ({ ok: true, created: false });
  family.run.die();
  await family.run.slice();
  expect(family.orders.map(({ task_id }) => task_id)).toEqual([first?.task_id, first?.task_id]);
  expect(first?.task_id).toMatch(/^task_[0-9a-f-]{36}$/);
  // Submitting is work: an interruption of it is counted.
  expect(family.types).toContain("recovery.started");
  expect(family.state.wait).toMatchObject({ for: "children" });
  expect(recover(family.state, family.run.now)).toEqual([]);
});

test("a task that cannot be submitted is submitted again after a pause", async () => {
  const family = new Family([ask("a"), { text: "done" }]);
  family.answer = () => ({ ok: "retry", message: "The database is down." });
  await family.run.slice();
  expect(family.types.slice(-2)).toEqual(["child.delayed", "run.waiting"]);
  family.answer = () => ({ ok: true, created: true });
  family.run.now += 1_000;
  await family.run.slice();
  expect(family.orders).toHaveLength(2);
  expect(family.state.children[family.orders[0]?.task_id ?? ""]).toMatchObject({ started: true });
});

test("what is refused is a failed call with the code of the refusal", async () => {
  const family = new Family([ask("a"), { text: "done" }]);
  family.answer = () => ({ ok: false, code: "unknown_agent", message: "Unknown agent." });
  await family.run.slice();
  expect(family.outputs()).toEqual(["unknown_agent"]);
  expect(family.state).toMatchObject({ children: {}, end: { status: "completed" } });
});

test.each([
  ["max_children", { limits: { max_children: 1 } }, [true, false]],
  ["max_depth", { limits: { max_depth: 0 } }, [false, false]],
  [
    "max_depth of the tree",
    {
      limits: { max_depth: 1 },
      spec: {
        parent: { task_id: "task_p", call_id: "call_2", path: ["task_p"], on_end: "cancel" },
      },
    },
    [false, false],
  ],
] as const)("%s: the call beyond it fails, and no task is made", async (_name, more, allowed) => {
  const family = new Family([ask("a", "b"), { text: "done" }], more as unknown as More);
  await family.run.slice();
  const made = allowed.filter(Boolean).length;
  expect(family.orders).toHaveLength(made);
  expect(family.outputs().filter((output) => output === "limit_reached")).toHaveLength(2 - made);
});

test("a failed and a cancelled task are failed calls", async () => {
  const family = new Family([ask("a", "b"), { text: "done" }]);
  await family.run.slice();
  family.end(0, { status: "failed", code: "limit_reached", message: "Too many steps." });
  family.end(1, { status: "cancelled" });
  await family.run.slice();
  expect(family.outputs()).toEqual(["task_failed", "task_cancelled"]);
});

test("an end that is reported twice is written once", async () => {
  const family = new Family([ask("a", "b"), { text: "done" }]);
  await family.run.slice();
  family.end(0);
  family.end(0);
  expect(family.types.filter((type) => type === "child.ended")).toHaveLength(1);
});

test("content that a task has read is untrusted for its parent, and marked for the model", async () => {
  const family = new Family([ask("a"), { text: "done" }]);
  await family.run.slice();
  family.end(0, { untrusted: true });
  await family.run.slice();
  expect(family.state.untrusted).toBe("task");
  const turn = family.state.conversation.recent.find(({ role }) => role === "tool");
  expect(JSON.stringify(turn)).toContain('"untrusted":"task"');
});

test("a task of a tainted run starts tainted, with what its parent's policy denies", async () => {
  const policy = { deny: ["pay"], approve: ["mail.*"] };
  const family = new Family([ask("a")], {
    config: { policy },
    spec: { untrusted: "web", subject: "user-1", priority: 3 },
  });
  expect(family.state.untrusted).toBeNull();
  await family.run.slice();
  expect(family.state.untrusted).toBe("web");
  expect(family.orders[0]).toMatchObject({
    untrusted: "web",
    policy,
    agent_version: 3,
    body: { subject: "user-1", priority: 3, limits: { max_depth: 2, max_descendants: 100 } },
    parent: { task_id: "task_test", path: ["task_test"], on_end: "cancel" },
  });
});

test("as_answer: the answer of the task is the answer of the run, without another model call", async () => {
  const family = new Family([ask("a")], {}, [{ ...RESEARCHER, returns: "as_answer" }]);
  await family.run.slice();
  const answer = "long ".repeat(10_000);
  family.end(0, { answer, data: { n: 1 } });
  await family.run.slice();
  expect(family.state.end).toEqual({ status: "completed", result: { answer, data: { n: 1 } } });
  expect(family.state.usage.model_calls).toBe(1);
});

test("a long answer is stored once, and the model sees its beginning and where the rest is", async () => {
  const family = new Family([ask("a"), { text: "done" }]);
  await family.run.slice();
  const answer = "0123456789".repeat(5_000);
  family.end(0, { answer });
  await family.run.slice();
  const ended = family.events.find((event) => event.type === "child.ended");
  const { answer_sha256 = "" } = ended?.type === "child.ended" ? ended.data : {};
  expect(family.run.values.read(answer_sha256, 0, 100_000)?.text).toBe(answer);
  expect(JSON.stringify(ended).length).toBeLessThan(20_000);
  const turn = JSON.stringify(family.state.conversation.recent);
  expect(turn).toContain(answer_sha256);
});

const start = (goal: string) => call("task_start", { agent: "helper", goal });

test("task_start goes on at once, task_wait any returns with the first, and the rest is cancelled", async () => {
  const family = new Family([{ tool_calls: [start("a"), start("b")] }], {}, [HELPER]);
  await family.run.slice();
  const [a, b] = family.orders.map(({ task_id }) => task_id);
  expect(family.outputs()).toEqual([a, b].map((task_id) => ({ task_id, status: "started" })));
});

test("task_wait any: the others go on, and are unneeded when the run ends", async () => {
  const first = new Family([{ tool_calls: [start("a"), start("b")] }, { text: "x" }], {}, [HELPER]);
  await first.run.slice();
  const ids = first.orders.map(({ task_id }) => task_id);
  const wait = { tool_calls: [call("task_wait", { task_ids: ids, mode: "any" })] };
  const script = [{ tool_calls: [start("a"), start("b")] }, wait, { text: "done" }];
  const family = new Family(script, {}, [HELPER]);
  await family.run.slice();
  expect(family.orders.map(({ task_id }) => task_id)).toEqual(ids);
  expect(family.state.wait).toMatchObject({ for: "children" });
  family.end(1);
  await family.run.slice();
  expect(family.outputs().at(-1)).toEqual({
    tasks: [{ task_id: ids[1], status: "completed", answer: "answer 1" }],
    open: [ids[0]],
  });
  expect(family.state.end).toMatchObject({ status: "completed" });
  expect(unneeded(family.state)).toEqual([ids[0]]);
});

test("task_cancel marks a task as unneeded, and only its own", async () => {
  const probe = new Family([{ tool_calls: [start("a")] }, { text: "x" }], {}, [HELPER]);
  await probe.run.slice();
  const id = probe.orders[0]?.task_id ?? "";
  const script = [
    { tool_calls: [start("a")] },
    {
      tool_calls: [
        call("task_cancel", { task_id: id }),
        call("task_cancel", { task_id: "task_x" }),
      ],
    },
    { tool_calls: [call("ask_human", { question: "?" })] },
  ];
  const family = new Family(script, {}, [HELPER]);
  await family.run.slice();
  expect(family.outputs().slice(1)).toEqual([
    "invalid_arguments",
    { tasks: [{ task_id: id, status: "cancelling" }] },
  ]);
  expect(unneeded(family.state)).toEqual([id]);
});

test("a call that waited too long fails, and its task is unneeded", async () => {
  const family = new Family([ask("a"), { tool_calls: [call("ask_human", { question: "?" })] }]);
  await family.run.slice();
  family.run.now += 86_400_001;
  await family.run.slice();
  expect(family.outputs()).toEqual(["task_timed_out"]);
  expect(unneeded(family.state)).toEqual([family.orders[0]?.task_id]);
  family.end(0, { status: "cancelled" });
  expect(family.state.children).toEqual({});
});

test("a parent that hears nothing asks its children after an hour, then ever more rarely", async () => {
  const family = new Family([ask("a"), { text: "done" }]);
  const started = family.run.now;
  await family.run.slice();
  for (let hour = 0; hour < 20; hour += 1) {
    family.run.now += 3_600_000;
    await family.run.slice();
  }
  expect(family.asked.map((at) => (at - started) / 3_600_000)).toEqual([1, 2, 4, 8, 16]);
});

test("a cancelled run needs none of its tasks, whether or not they were submitted", async () => {
  const family = new Family([ask("a", "b")]);
  family.answer = () => ({ ok: "retry", message: "The database is down." });
  await family.run.slice();
  const ids = Object.keys(family.state.children);
  expect(ids).toHaveLength(2);
  family.run.tell({ kind: "cancel", reason: null, by: "key" });
  expect(unneeded(family.state)).toEqual(ids);
});

test("every prefix of the log folds", async () => {
  const family = new Family([ask("a", "b"), { text: "done" }]);
  await family.run.slice();
  family.end(0);
  family.end(1, { status: "failed", code: "x", message: "y" });
  await family.run.slice();
  let state: RunState = INITIAL_STATE;
  for (const event of family.events) {
    state = reduce(state, upcast(JSON.parse(JSON.stringify(event))));
  }
  expect(state.end).toEqual(family.state.end);
});

test("a thousand tasks cost their parent four rows each at most, and it ends", async () => {
  const turns = Array.from({ length: 20 }, (_, turn) =>
    ask(...Array.from({ length: 50 }, (_one, n) => `goal ${turn}.${n}`)),
  );
  const limits = { max_children: 1000 };
  const family = new Family([...turns, { text: "done" }], { limits });
  const answer = "x".repeat(2000);
  let largest = 0;
  for (const [turn] of turns.entries()) {
    await family.run.slice();
    for (let n = turn * 50; n < family.orders.length; n += 1) {
      family.end(n, { answer });
    }
    largest = Math.max(largest, JSON.stringify(family.state).length);
  }
  await family.run.slice();
  // What a run holds of its tasks does not grow with their number: their answers go with their turn.
  expect(largest).toBeLessThan(2_000_000);
  expect(Object.keys(family.state.children)).toEqual([]);
  expect(family.orders).toHaveLength(1000);
  expect(family.state.end).toMatchObject({ status: "completed" });
  expect(family.run.rows).toBeLessThanOrEqual(4_200);
});
