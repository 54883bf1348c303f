/** The console's store and fold of a log, on the events of real runs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { comparedSteps, comparisonText, groupedSteps } from "../../console/src/log/compare.ts";
import { effectSentence } from "../../console/src/log/effects.ts";
import { RunFold } from "../../console/src/log/fold.ts";
import { promptDifference } from "../../console/src/log/prompt-difference.ts";
import { branched } from "../../console/src/log/tree.ts";
import { rowsOf } from "../../console/src/views/runs/batches.ts";
import { Past } from "../../console/src/log/past.ts";
import { familyState, fits, parseQuery, withNextFamily } from "../../console/src/log/search.ts";
import { EventStore, type LogEvent } from "../../console/src/log/store.ts";
import { activeMs, nextOf } from "../../console/src/views/run/status-of.ts";
import { entryOf, isAbout } from "../../console/src/views/run/question-entry.ts";
import type { Task } from "../../sdk/src/model.ts";
import { sentenceOf } from "../../sdk/src/view/sentences.ts";
import { Harness, Killed, specFor } from "../harness.ts";

const REFUND = {
  script: [
    { text: "First the order.", tool_calls: [{ name: "order", arguments: { id: "A-1" } }] },
    { error: { class: "rate_limited", times: 2 } },
    { text: "Now the money.", tool_calls: [{ name: "refund", arguments: { id: "A-1", sum: 5 } }] },
    { text: "Refunded." },
  ],
  script_tools: [
    { name: "order", untrusted: "web", outputs: [{ output: { sum: 5 } }] },
    { name: "refund", effect: "once", outputs: [{ output: "booked" }] },
  ],
};

async function logOf(harness: Harness): Promise<LogEvent[]> {
  await harness.drive();
  return harness.events() as unknown as LogEvent[];
}

function foldOf(events: Iterable<LogEvent>): RunFold {
  const fold = new RunFold();
  for (const event of events) {
    fold.add(event);
  }
  return fold;
}

async function approved(): Promise<{ harness: Harness; events: LogEvent[] }> {
  const spec = specFor(REFUND, { config: { policy: { approve: ["refund"] } } });
  const harness = new Harness(spec);
  await harness.drive();
  const question = foldOf(harness.events() as unknown as LogEvent[]).questions.list[0];
  const callId = question?.kind === "approval" ? question.callId : "";
  harness.now += 60_000;
  harness.tell({
    kind: "decide",
    call_id: callId,
    decision: "approve",
    comment: null,
    by: "key ops",
  });
  return { harness, events: await logOf(harness) };
}

test("a run is folded into calls, waits and an end, with what each was", async () => {
  const { events } = await approved();
  const fold = foldOf(events);

  const calls = fold.items.filter((item) => item.kind === "tool");
  expect(calls.map(({ name, state, attempts }) => [name, state, attempts])).toEqual([
    ["order", "done", 1],
    ["refund", "done", 1],
  ]);
  const [order, refund] = calls;
  expect(order?.untrusted).toBe("web");
  expect(fold.taintSeq).toBe(order?.endSeq);
  expect(refund?.approval).toMatchObject({ decision: "approve", by: "key ops" });
  const models = fold.items.filter((item) => item.kind === "model");
  expect(models.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual([
    ["done"],
    ["failed", "failed", "done"],
    ["done"],
  ]);
  const wait = fold.items.find((item) => item.kind === "wait" && item.for === "approval");
  expect(wait).toMatchObject({ endedBy: "approved by key ops" });
  expect(wait?.kind === "wait" ? (wait.to ?? 0) - wait.from : 0).toBeGreaterThanOrEqual(60_000);
  expect(fold.end).toMatchObject({ status: "completed", text: "Refunded." });
  expect(fold.progress.usage.steps).toBe(3);
  expect(fold.spendings.length).toBe(events.filter(({ type }) => type === "usage.recorded").length);
});

test("events in any order and repeated come to the same run as the log itself", async () => {
  const { events } = await approved();
  const wanted = JSON.stringify(foldOf(events).items);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      fc.integer({ min: 1, max: 7 }),
      async (shuffled, size) => {
        const store = new EventStore();
        const fold = new RunFold();
        for (let i = 0; i < shuffled.length; i += size) {
          store.add(shuffled.slice(i, i + size));
          for (const event of store.between(fold.seq, store.whole)) {
            fold.add(event);
          }
        }
        expect(store.whole).toBe(events.length);
        expect(store.known).toBe(events.length);
        expect(JSON.stringify(fold.items)).toBe(wanted);
      },
    ),
    { numRuns: 30 },
  );
});

test("a whole event replaces its outline, and an outline never a whole event", () => {
  const whole = { seq: 1, at: "2026-11-30T12:00:00.000Z", type: "run.started", data: { epoch: 1 } };
  const outline = { ...whole, data: { epoch: 1 }, truncated: true } as unknown as LogEvent;
  const store = new EventStore();
  store.add([outline]);
  expect(store.add([whole as unknown as LogEvent])).toBe(true);
  expect(store.add([outline])).toBe(false);
  expect(store.at(1)).toEqual(whole);
  expect(store.known).toBe(1);
});

test("every event of a run with crashes has a sentence", async () => {
  const harness = new Harness(specFor(REFUND), {
    onWrite: (n, when) => {
      if (when === "after" && (n === 3 || n === 6)) {
        throw new Killed();
      }
    },
  });
  await harness.driveThroughKills();
  const events = harness.events() as unknown as LogEvent[];
  const fold = foldOf(events);
  expect(events.some(({ type }) => type === "recovery.started")).toBe(true);
  for (const event of events) {
    const sentence = sentenceOf(event, (id) => fold.progress.call(id));
    expect(sentence, event.type).not.toBe("");
    expect(sentence, event.type).not.toContain("undefined");
  }
});

test("a log is searched by text and by fields, with and without a minus", async () => {
  const { events } = await approved();
  const fold = foldOf(events);
  const find = (query: string): number[] =>
    events
      .filter((event) =>
        fits(
          event,
          parseQuery(query),
          () => sentenceOf(event, (id) => fold.progress.call(id)),
          (id) => fold.progress.call(id).name,
        ),
      )
      .map(({ seq }) => seq);
  const types = (seqs: number[]): string[] => seqs.map((seq) => events[seq - 1]?.type ?? "");

  expect(types(find("is:failed"))).toEqual(["model.failed", "model.failed"]);
  expect(new Set(types(find("tool:refund")))).toEqual(
    new Set([
      "tool.requested",
      "tool.completed",
      "approval.requested",
      "run.waiting",
      "approval.decided",
    ]),
  );
  expect(find("seq:2..4")).toEqual([2, 3, 4]);
  expect(find('"now the money"').length).toBe(1);
  expect(
    find("-type:model,usage,tool,run").every((seq) => types([seq])[0]?.startsWith("approval")),
  ).toBe(true);
  expect(find("").length).toBe(events.length);
});

test("the ledger says how often a call had its effect", async () => {
  const { events } = await approved();
  const calls = foldOf(events).items.filter((item) => item.kind === "tool");
  const [order, refund] = calls;
  if (order === undefined || refund === undefined) {
    throw new Error("There are no calls.");
  }
  expect(effectSentence(refund)).toBe("ran once");
  expect(effectSentence({ ...refund, attempts: 0, state: "held" })).toContain("waits for a person");
  expect(effectSentence({ ...refund, state: "unknown" })).toContain("unknown");
  expect(effectSentence({ ...order, attempts: 2, effect: "idempotent" })).toContain("2 times");
  expect(
    effectSentence({
      ...refund,
      attempts: 0,
      state: "failed",
      failure: { code: "denied_by_policy", message: "no" },
    }),
  ).toContain("denied by the policy");
});

test("a prompt is compared with the one before by its turns", () => {
  const before = { system: "s", turns: [{ a: 1 }, { b: 2 }, { c: 3 }], tools: [] };
  const grown = { ...before, turns: [...before.turns, { d: 4 }] };
  const compacted = { ...before, turns: [{ a: 1 }, { summary: "…" }] };
  expect(promptDifference(before, grown)).toMatchObject({ same: 3, gone: 0, added: 1 });
  expect(promptDifference(before, compacted)).toMatchObject({ same: 1, gone: 2, added: 1 });
  expect(promptDifference(before, { ...grown, system: "t" }).isSystemSame).toBe(false);
});

test("a run as it was is the fold of its log up to there, forwards and backwards", async () => {
  const { events } = await approved();
  const store = new EventStore();
  store.add(events);
  const past = new Past(store);
  for (const seq of [events.length, 3, 7, 4, 9]) {
    const then = past.at(seq);
    const fold = foldOf(events.slice(0, seq));
    expect(then?.items).toEqual(fold.items);
    expect(then?.progress.usage).toEqual(fold.progress.usage);
    expect(then?.questions.list).toEqual(fold.questions.list);
  }
  expect(past.at(0)).toBeNull();
  expect(past.at(events.length + 1)).toBeNull();
});

test("a family of events is shown alone, left out, and shown again", () => {
  const queries = ["lost parcel"];
  for (let i = 0; i < 3; i += 1) {
    queries.push(withNextFamily(queries.at(-1) ?? "", "tool"));
  }
  expect(queries).toEqual([
    "lost parcel",
    "lost parcel type:tool",
    "lost parcel -type:tool",
    "lost parcel",
  ]);
  expect(queries.map((query) => familyState(query, "tool"))).toEqual(["any", "only", "not", "any"]);
  expect(familyState("type:tool.failed", "tool")).toBe("any");
});

test("the status says what moves a run next, and its active time leaves out waits", async () => {
  const { events } = await approved();
  const asked = events.findIndex(({ type }) => type === "run.waiting");
  const waiting = foldOf(events.slice(0, asked + 1));
  expect(waiting.status).toBe("waiting");
  expect(nextOf(waiting)).toBe("continues when a person decides");
  const ended = foldOf(events);
  expect([ended.status, nextOf(ended)]).toEqual(["completed", ""]);
  const total = (ended.end?.at ?? 0) - Date.parse(events[0]?.at ?? "");
  expect(total - activeMs(ended, ended.at)).toBeGreaterThanOrEqual(60_000);
  expect(activeMs(ended, ended.at)).toBeGreaterThan(0);
});

test("a question of the log is an entry of the inbox, with what only the inbox knows", async () => {
  const { events } = await approved();
  const asked = events.findIndex(({ type }) => type === "approval.requested");
  const store = new EventStore();
  store.add(events.slice(0, asked + 1));
  const fold = foldOf(store.between(0, store.last));
  const question = must(fold.questions.list[0]);
  const known = entryOf(question, "task_1", { fold, store }, null);
  expect(known).toMatchObject({
    kind: "approval",
    seq: asked + 1,
    tool: "refund",
    arguments: { id: "A-1", sum: 5 },
    untrusted_since: expect.any(String),
  });
  const schema = { type: "object" };
  const listed = { ...known, schema, on_expiry: "deny" as const };
  expect(isAbout(listed, "task_1", question)).toBe(true);
  expect(isAbout(listed, "task_2", question)).toBe(false);
  expect(entryOf(question, "task_1", { fold, store }, listed)).toMatchObject({
    schema,
    on_expiry: "deny",
  });
});

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) {
    throw new Error("There is none.");
  }
  return value;
}

/** The fold of a run with two calls and an answer. */
async function played(change: { text?: string; sum?: number; more?: boolean }): Promise<RunFold> {
  const { text = "Refunded.", sum = 5, more = false } = change;
  const script = {
    script: [
      { text: "First.", tool_calls: [{ name: "order", arguments: { id: "A-1" } }] },
      { text: "Then.", tool_calls: [{ name: "order", arguments: { id: "A-2" } }] },
      ...(more ? [{ tool_calls: [{ name: "order", arguments: { id: "A-3" } }] }] : []),
      { text },
    ],
    script_tools: [
      { name: "order", outputs: [{ output: { sum: 1 } }, { output: { sum } }, { output: 0 }] },
    ],
  };
  return foldOf(await logOf(new Harness(specFor(script))));
}

test("two runs are aligned by step, and the first difference has a name", async () => {
  const first = await played({});
  const same = comparedSteps(first, await played({}));
  expect(same.map(({ step, difference }) => [step, difference])).toEqual([
    [1, null],
    [2, null],
    [3, null],
  ]);
  expect(comparisonText(same)).toBe("Both runs are the same in every step.");
  expect(groupedSteps(same)).toMatchObject([{ from: 1, to: 3, isSame: true }]);

  const paid = comparedSteps(first, await played({ sum: 7, text: "Refunded 7." }));
  expect(paid.map(({ difference }) => difference)).toEqual([null, "outcome", "text"]);
  expect(paid[1]?.after?.calls).toMatchObject([
    { name: "order", arguments: { id: "A-2" }, state: "done", outcome: { sum: 7 } },
  ]);
  expect(comparisonText(paid)).toBe(
    "The same up to step 1. In step 2 the same calls returned something else.",
  );
  expect(groupedSteps(paid).map(({ from, isSame }) => [from, isSame])).toEqual([
    [1, true],
    [2, false],
    [3, false],
  ]);

  const longer = comparedSteps(first, await played({ more: true }));
  expect(longer.map(({ difference }) => difference)).toEqual([null, null, "calls", "absent"]);
  expect(comparisonText(longer)).toMatch(/^The same up to step 2[.] In step 3 the model/);
  expect(comparedSteps(await played({ more: true }), first).at(-1)).toMatchObject({
    step: 4,
    after: null,
    difference: "absent",
  });
});

const task = (id: string, parent: string | null) => ({ id, parent_task_id: parent });

test("the tasks of a tree are in the order of its branches", () => {
  const tasks = [
    task("root", null),
    task("a", "root"),
    task("b", "root"),
    task("a1", "a"),
    task("b1", "b"),
    task("a2", "a"),
    task("lost", "not on this page"),
  ];
  expect(branched(tasks).map(({ id }) => id)).toEqual(["root", "a", "a1", "a2", "b", "b1", "lost"]);
});

test("the runs of a batch are one row, which is as far as the least of them", () => {
  const usage = { steps: 1, model_calls: 1, tool_calls: 2, input_tokens: 3, output_tokens: 4 };
  const run = (id: string, group_id: string | null, status: Task["status"]) =>
    ({
      id,
      group_id,
      status,
      waiting_for: status === "waiting" ? "approval" : null,
      usage: { ...usage, cost_usd: 0.5 },
    }) as Task;
  const rows = rowsOf([
    run("task_5", "group_a", "completed"),
    run("task_4", null, "running"),
    run("task_3", "group_a", "waiting"),
    run("task_2", "group_b", "failed"),
    run("task_1", "group_a", "failed"),
  ]);
  expect(rows.map(({ key, members }) => [key, members.map(({ id }) => id)])).toEqual([
    ["group_a", ["task_5", "task_3", "task_1"]],
    ["task_4", ["task_4"]],
    ["task_2", ["task_2"]],
  ]);
  expect(rows[0]?.task).toMatchObject({
    id: "task_5",
    status: "waiting",
    waiting_for: "approval",
    usage: { steps: 3, tool_calls: 6, cost_usd: 1.5 },
  });
});
