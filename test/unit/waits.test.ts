/** What a run waits for besides time: people, budget, a schedule; and what ends each wait. */
import { expect, test } from "vitest";
import type { EventData, EventType } from "../../src/run/log/event-data.ts";
import { dueAt } from "../../src/run/decide/due.ts";
import { Harness, specFor, type HarnessOptions } from "../harness.ts";

const BY = { by: "key_1" };
const PAY = { name: "add_numbers", arguments: { a: 1, b: 2 } };
const ASK = { name: "ask_human", arguments: { question: "Which one?" } };
const DONE = { text: "done" };

type More = Parameters<typeof specFor>[1];

function run(script: readonly object[], more: More = {}, options: HarnessOptions = {}): Harness {
  return new Harness(specFor({ script: script as [] }, more), options);
}

function approving(more: object = {}): More {
  return { config: { policy: { approve: ["add_*"] }, ...more } };
}

function decide(decision: "approve" | "deny", more: object = {}) {
  return {
    kind: "decide",
    call_id: "call_2",
    decision,
    comment: null,
    ...BY,
    ...more,
  } as const;
}

function message(content: string, data: { [key: string]: string } | null = null) {
  return { kind: "message", content, data, ...BY } as const;
}

function last<T extends EventType>(harness: Harness, type: T): EventData<T> {
  const found = harness.events().findLast((event) => event.type === type);
  if (found === undefined) {
    throw new Error(`there is no ${type} in ${harness.types().join(", ")}`);
  }
  return found.data as EventData<T>;
}

test("a call that needs approval is not run before somebody approves it, and then once", async () => {
  const harness = run([{ tool_calls: [PAY] }, DONE], approving());
  expect(await harness.drive()).toEqual({ kind: "rest", until: null });
  expect(harness.log.state).toMatchObject({ status: "waiting", wait: { for: "approval" } });
  expect(dueAt(harness.log.state)).toBeNull();
  expect(last(harness, "approval.requested")).toEqual({
    call_id: "call_2",
    name: "add_numbers",
    arguments: { a: 1, b: 2 },
    reason: "policy",
    rule: 'approve "add_*"',
  });
  expect(harness.types()).not.toContain("tool.requested");
  expect(harness.tell(decide("approve"))).toBeNull();
  expect(harness.tell(decide("approve"))).toBe("approval_decided");
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
  expect(last(harness, "tool.completed").output).toEqual({ sum: 3 });
  const after = harness.types().slice(harness.types().indexOf("approval.requested"));
  expect(after.slice(0, 5)).toEqual([
    "approval.requested",
    "run.waiting",
    "approval.decided",
    "run.resumed",
    "tool.requested",
  ]);
  expect(after.filter((type) => type === "tool.requested")).toHaveLength(1);
});

test("a call that is denied is told to the model with the comment, and never run", async () => {
  const harness = run([{ tool_calls: [PAY] }, DONE], approving());
  await harness.drive();
  harness.tell(decide("deny", { comment: "too dear" }));
  await harness.drive();
  const failed = last(harness, "tool.failed");
  expect(failed).toMatchObject({ code: "approval_denied" });
  expect(failed.message).toContain("too dear");
  expect(harness.types()).not.toContain("tool.requested");
  expect(harness.log.state.end).toEqual({ status: "completed", result: { answer: "done" } });
});

test("arguments that a person edited are checked, and are those that count", async () => {
  const harness = run([{ tool_calls: [PAY] }, DONE], approving());
  await harness.drive();
  expect(harness.tell(decide("approve", { arguments: { a: "one" } }))).toBe("invalid_arguments");
  expect(harness.tell(decide("approve", { arguments: { a: 20, b: 22 } }))).toBeNull();
  await harness.drive();
  expect(last(harness, "tool.requested").arguments).toEqual({ a: 20, b: 22 });
  expect(last(harness, "tool.completed").output).toEqual({ sum: 42 });
});

test("calls beside one that waits for approval are run without it", async () => {
  const look = { name: "subtract_numbers", arguments: { a: 1, b: 2 } };
  const harness = run([{ tool_calls: [PAY, look, PAY] }, DONE], approving());
  await harness.drive();
  expect(last(harness, "tool.completed").call_id).toBe("call_3");
  harness.tell(decide("approve", { call_id: "call_4" }));
  await harness.drive();
  expect(harness.log.state.status).toBe("waiting");
  expect(last(harness, "tool.completed").call_id).toBe("call_4");
  harness.tell(decide("deny"));
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
});

test.each([
  ["deny", "tool.failed", { status: "completed" }],
  ["continue", "tool.completed", { status: "completed" }],
  ["fail", "run.failed", { status: "failed", error: { code: "wait_expired" } }],
] as const)("an approval that nobody gives in time: %s", async (on_expiry, type, end) => {
  const waits = { approval_expires_s: 60, on_expiry };
  const harness = run([{ tool_calls: [PAY] }, DONE], approving({ waits }));
  const started = harness.now;
  await harness.drive();
  expect(harness.now - started).toBe(60_000);
  expect(last(harness, "approval.expired")).toEqual({ call_id: "call_2", policy: on_expiry });
  expect(harness.types()).toContain(type);
  expect(harness.log.state.end).toMatchObject(end);
  expect(harness.tell(decide("approve"))).toBe("task_over");
});

test("a decision about a call that never was, or never asked, is refused", async () => {
  const harness = run([{ tool_calls: [PAY, ASK] }, DONE]);
  await harness.drive();
  expect(harness.tell(decide("approve", { call_id: "call_2" }))).toBe("approval_decided");
  expect(harness.tell(decide("approve", { call_id: "call_9" }))).toBe("no_such_call");
  expect(harness.tell(decide("approve", { call_id: "x" }))).toBe("no_such_call");
});

test("a question waits for a message, whose content is the tool's output", async () => {
  const harness = run([{ tool_calls: [ASK] }, DONE]);
  expect(await harness.drive()).toEqual({ kind: "rest", until: null });
  expect(harness.log.state).toMatchObject({ status: "waiting", wait: { for: "input" } });
  expect(last(harness, "tool.requested")).toMatchObject({ wait: "input" });
  harness.tell(message("the second", { id: "b" }));
  await harness.drive();
  expect(last(harness, "message.received")).toMatchObject({ call_id: "call_2", by: "key_1" });
  expect(last(harness, "tool.completed").output).toEqual({
    answer: "the second",
    data: { id: "b" },
  });
  expect(harness.log.state.status).toBe("completed");
});

test.each([
  ["deny", { code: "input_expired" }],
  ["continue", { output: { answer: null, expired: true } }],
] as const)("a question that nobody answers in time: %s", async (on_expiry, told) => {
  const waits = { input_expires_s: 5, on_expiry };
  const harness = run([{ tool_calls: [ASK] }, DONE], { config: { waits } });
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
  const outcome = harness.events().find((e) => /^tool\.(failed|completed)$/.test(e.type));
  expect(outcome?.data).toMatchObject(told);
});

test("two questions at once are answered one after the other", async () => {
  const harness = run([{ tool_calls: [ASK, ASK] }, DONE]);
  await harness.drive();
  harness.tell(message("first"));
  await harness.drive();
  harness.tell(message("second"));
  await harness.drive();
  const answers = harness.events().flatMap((e) => (e.type === "tool.completed" ? [e.data] : []));
  expect(answers.map(({ call_id, output }) => [call_id, output])).toEqual([
    ["call_2", { answer: "first" }],
    ["call_3", { answer: "second" }],
  ]);
});

test("what is said to a run that waits for a timer reaches the model after it, and an answer before it is none", async () => {
  const harness = run([
    { tool_calls: [{ name: "wait", arguments: { seconds: 60 } }] },
    { text: "an answer to the first question" },
    { text: "an answer to both" },
  ]);
  await harness.slice();
  harness.tell(message("and what about this?"));
  await harness.drive();
  const turns = harness.log.state.conversation.recent.map((turn) => turn.role);
  expect(turns.slice(0, 3)).toEqual(["assistant", "tool", "user"]);
  expect(harness.log.state.end).toMatchObject({
    result: { answer: "an answer to the first question" },
  });
});

test("a run does not end while something was said that the model has not been shown", async () => {
  let told = false;
  const harness: Harness = run(
    [{ text: "early" }, { text: "late" }],
    {},
    {
      onWrite: (_n, when) => {
        if (when === "after" && !told && harness.log.state.model?.phase === "in_flight") {
          told = true;
          harness.tell(message("wait, one more thing"));
        }
      },
    },
  );
  await harness.drive();
  expect(told).toBe(true);
  expect(harness.log.state.end).toMatchObject({ result: { answer: "late" } });
});

test("tokens that are used up make the run wait with its work kept, until the cap is raised", async () => {
  const harness = run([{ tool_calls: [PAY] }, DONE], { limits: { max_tokens: 1 } });
  expect(await harness.drive()).toEqual({ kind: "rest", until: null });
  expect(harness.log.state).toMatchObject({
    status: "waiting",
    wait: { for: "budget", limit: "max_tokens" },
  });
  expect(last(harness, "limit.reached")).toMatchObject({ limit: "max_tokens", value: 1 });
  const { model_calls } = harness.log.state.usage;
  harness.tell({ kind: "limits", changes: { max_tokens: 2 }, ...BY });
  expect(await harness.drive()).toEqual({ kind: "rest", until: null });
  expect(harness.log.state.usage.model_calls).toBe(model_calls);
  harness.tell({ kind: "limits", changes: { max_tokens: 1_000_000 }, ...BY });
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
  expect(last(harness, "limit.changed")).toEqual({
    limit: "max_tokens",
    from: 2,
    to: 1_000_000,
    by: "key_1",
  });
});

test("a limit that is lifted does not exist any more", async () => {
  const limits = { max_steps: 1, on_reached: "wait" } as const;
  const harness = run([{ tool_calls: [PAY] }, DONE], { limits });
  await harness.drive();
  expect(harness.log.state.wait).toMatchObject({ for: "budget", limit: "max_steps" });
  harness.tell({ kind: "limits", changes: { max_steps: null }, ...BY });
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
  expect(harness.log.state.spec?.limits).not.toHaveProperty("max_steps");
});

test("tool calls and tokens follow `on_reached` as every other limit does", async () => {
  const waiting = run([{ tool_calls: [PAY] }, DONE], {
    limits: { max_tool_calls: 0, on_reached: "wait" },
  });
  await waiting.drive();
  expect(waiting.log.state.wait).toMatchObject({ for: "budget", limit: "max_tool_calls" });
  waiting.tell({ kind: "limits", changes: { max_tool_calls: 1 }, ...BY });
  await waiting.drive();
  expect(waiting.log.state.status).toBe("completed");
  const failing = run([{ tool_calls: [PAY] }, DONE], {
    limits: { max_tokens: 1, on_reached: "fail" },
  });
  await failing.drive();
  expect(failing.log.state.end).toMatchObject({
    error: { code: "limit_reached", details: { limit: "max_tokens" } },
  });
});

test("a scheduled run does nothing before its time, and then begins", async () => {
  const harness = run([DONE], { scheduledAt: "2026-11-25T00:00:00.000Z" });
  const end = await harness.slice();
  expect(end).toEqual({ kind: "rest", until: Date.parse("2026-11-25T00:00:00.000Z") });
  expect(harness.log.state).toMatchObject({ status: "waiting", startedAt: null });
  harness.die();
  await harness.drive();
  expect(harness.types()).toEqual([
    "run.created",
    "run.waiting",
    "run.resumed",
    "run.started",
    "model.requested",
    "usage.recorded",
    "model.completed",
    "run.completed",
  ]);
  expect(harness.log.state.interruptions.incidents).toBe(0);
});

test("a run that goes in circles is told once, and then stopped with a code", async () => {
  const script = Array.from({ length: 20 }, () => ({ tool_calls: [PAY] }));
  const harness = run(script, { limits: { max_repeats: 6 } });
  await harness.drive();
  const found = harness.events().flatMap((e) => (e.type === "loop.detected" ? [e.data] : []));
  expect(found).toMatchObject([
    { action: "nudge", repeats: 3, period: 1, tools: ["add_numbers"] },
    { action: "stop", repeats: 6 },
  ]);
  expect(harness.log.state.end).toMatchObject({
    error: { code: "loop_detected", details: { repeats: 6, period: 1 } },
  });
  const notices = harness.log.state.conversation.recent.filter((turn) => turn.role === "notice");
  expect(notices).toHaveLength(1);
});

test("a cycle of several calls is a circle too; one with a wait in it is not", async () => {
  const other = { name: "subtract_numbers", arguments: { a: 1, b: 2 } };
  const cycle = Array.from({ length: 30 }, (_, i) => ({ tool_calls: [i % 2 === 0 ? PAY : other] }));
  const limits = { max_repeats: 4, max_steps: 100 };
  const circling = run(cycle, { limits });
  await circling.drive();
  expect(circling.log.state.end).toMatchObject({
    error: { code: "loop_detected", details: { repeats: 4, period: 2 } },
  });
  const wait = { name: "wait", arguments: { seconds: 5 } };
  const polling = Array.from({ length: 30 }, (_, i) => ({
    tool_calls: [i % 2 === 0 ? PAY : wait],
  }));
  const patient = run([...polling, DONE], { limits });
  await patient.drive();
  expect(patient.log.state.status).toBe("completed");
});

test("nothing can be said to a run that is over, and cancelling it again changes nothing", async () => {
  const harness = run([DONE]);
  await harness.drive();
  const { seq } = harness.log.state;
  expect(harness.tell(message("hello?"))).toBe("task_over");
  expect(harness.tell({ kind: "limits", changes: { max_steps: 9 }, ...BY })).toBe("task_over");
  expect(harness.tell({ kind: "cancel", reason: null, ...BY })).toBeNull();
  expect(harness.log.state.seq).toBe(seq);
});

test("time that is used up during a call makes the run wait where it is told to, and the attempt is void", async () => {
  const limits = { max_duration_s: 1, on_reached: "wait" } as const;
  const harness: Harness = run(
    [{ text: "slow", delay_ms: 60_000 }],
    { limits },
    {
      onWrite: (_n, when) => {
        if (when === "after" && harness.log.state.model?.phase === "in_flight") {
          harness.now += 2000;
          setTimeout(() => harness.abort.abort(), 1);
        }
      },
    },
  );
  await harness.drive();
  expect(harness.types()).toContain("model.superseded");
  expect(harness.log.state.wait).toMatchObject({ for: "budget", limit: "max_duration_s" });
});
