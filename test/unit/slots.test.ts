/** Slots as they are decided: no cap is exceeded, none is left free, and the order is fair. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Slots } from "../../src/durable/ledger/slots.ts";
import type { SlotRequest } from "../../src/durable/ledger/rpc.ts";
import type { Deps } from "../../src/durable/run/deps.ts";
import type { EventLog } from "../../src/durable/run/storage/event-log.ts";
import { RunSlot } from "../../src/durable/run/run-slot.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import { memoryStorage, specFor } from "../harness.ts";

const SLOTTED = { ...specFor({}), concurrency: { priority: 0 } };

/** Slots, and a clock that moves with each call. */
class Setup {
  now = 1_000_000;
  seq = 0;
  readonly slots = new Slots(memoryStorage().sql, () => this.now);

  constructor(...caps: readonly (readonly [agent: string | null, max_runs: number])[]) {
    for (const [agent, max_runs] of caps) {
      this.slots.setCap({ agent, max_runs });
    }
  }

  take(task_id: string, agent = "default", priority = 0) {
    this.now += 1;
    this.seq += 1;
    return this.slots.take({ task_id, agent, priority, seq: this.seq });
  }

  /** Gives a slot back, and gives it on. */
  pass(task_id: string): readonly string[] {
    this.seq += 1;
    this.slots.release(task_id, this.seq);
    return this.slots.grant();
  }
}

test("who goes next: a higher priority, then the agent with the fewest at work, then the oldest", () => {
  const at = new Setup([null, 2]);
  at.take("first", "busy");
  at.take("second", "busy");
  for (const name of ["busy1", "busy2", "busy3"]) {
    expect(at.take(name, "busy").answer).toEqual({ ok: false, limit: "tenant_runs" });
  }
  at.take("calm1", "calm");
  at.take("calm2", "calm");
  at.take("urgent", "busy", 5);
  expect(at.pass("first")).toEqual(["urgent"]);
  expect(at.pass("second")).toEqual(["calm1"]);
  // One of each is at work now: the oldest, and again the agent with fewer.
  expect(at.pass("urgent")).toEqual(["busy1"]);
  expect(at.pass("busy1")).toEqual(["busy2"]);
  expect(at.pass("calm1")).toEqual(["calm2"]);
  expect(at.pass("calm2")).toEqual(["busy3"]);
});

test("ten thousand of one agent do not shut out one of another", () => {
  const at = new Setup([null, 4]);
  for (let n = 0; n < 10_000; n += 1) {
    at.take(`many${n}`, "many");
  }
  at.take("lone", "few");
  expect(at.pass("many0")).toEqual(["lone"]);
});

test("nobody overtakes a run that was given a slot and has not come for it yet", () => {
  const at = new Setup([null, 1]);
  at.take("a");
  at.take("b");
  expect(at.pass("a")).toEqual(["b"]);
  expect(at.take("c").answer).toMatchObject({ ok: false });
  expect(at.take("b").answer).toEqual({ ok: true, capped: true });
});

test("a cap of one agent holds up no other agent's runs", () => {
  const at = new Setup(["writer", 1]);
  expect(at.take("w1", "writer").answer).toEqual({ ok: true, capped: true });
  expect(at.take("w2", "writer").answer).toEqual({ ok: false, limit: "agent_runs" });
  expect(at.take("r1", "reader").answer).toEqual({ ok: true, capped: false });
  expect(at.slots.states()).toEqual([{ agent: "writer", max_runs: 1, running: 1, waiting: 1 }]);
});

test("what began to work while there was no cap counts under one that is set meanwhile", () => {
  const at = new Setup(["writer", 1]);
  for (const name of ["a", "b"]) {
    expect(at.take(name).answer).toEqual({ ok: true, capped: false });
  }
  at.slots.setCap({ agent: null, max_runs: 2 });
  expect(at.take("c").answer).toEqual({ ok: false, limit: "tenant_runs" });
  expect(at.pass("a")).toEqual(["c"]);
});

test("a run that cannot be looked after again and again waits anew, so that another may work", () => {
  const at = new Setup([null, 1]);
  at.take("a");
  at.take("silent");
  expect(at.pass("a")).toEqual(["silent"]);
  at.take("b");
  for (let n = 0; n < 6; n += 1) {
    at.slots.checkFailed("silent");
    expect(at.slots.grant()).toEqual([]);
  }
  at.slots.checkFailed("silent");
  expect(at.slots.grant()).toEqual(["b"]);
  expect(at.slots.states()).toMatchObject([{ running: 1, waiting: 1 }]);
});

test("a run that has waited asks again, even if it could not give its slot back", async () => {
  const at = new Setup([null, 1]);
  let state: RunState = {
    ...INITIAL_STATE,
    spec: SLOTTED,
    seq: 2,
    status: "running",
    statusSeq: 2,
  };
  const ledger = {
    takeSlot: async (one: SlotRequest) => at.slots.take(one).answer,
    releaseSlot: () => Promise.reject(new Error("the ledger is away")),
  };
  const slot = new RunSlot({
    log: {
      get state() {
        return state;
      },
    } as EventLog,
    deps: () => ({ ledger: () => ledger, random: () => 0 }) as unknown as Deps,
    now: () => at.now,
    observer: { count: () => {}, fault: () => expect.fail("nothing is wrong") },
  });
  expect(await slot.take()).toBeNull();
  expect(slot.held).toBe(true);
  state = { ...state, seq: 3, status: "waiting", statusSeq: 3 };
  // Meanwhile the ledger looked after it, and gave its slot to another.
  at.slots.release("task_test", 3);
  at.take("other");
  state = { ...state, seq: 4, status: "running", statusSeq: 4 };
  expect(slot.held).toBe(false);
  expect(await slot.take()).toMatchObject({ limit: "tenant_runs" });
});

test("a lower cap stops nobody and lets nobody in until enough have left; a lifted one lets all in", () => {
  const at = new Setup([null, 3]);
  for (const name of ["a", "b", "c", "d"]) {
    at.take(name);
  }
  at.slots.setCap({ agent: null, max_runs: 1 });
  expect(at.pass("a")).toEqual([]);
  expect(at.pass("b")).toEqual([]);
  expect(at.pass("c")).toEqual(["d"]);
  for (let n = 0; n < 60; n += 1) {
    at.take(`more${n}`);
  }
  at.slots.setCap({ agent: null, max_runs: null });
  // A few at a time; the alarm that is due at once gives the rest.
  expect(at.slots.grant()).toHaveLength(50);
  expect(at.slots.dueAt).toBe(at.now);
  expect(at.slots.grant()).toHaveLength(10);
  expect(at.slots.dueAt).toBeGreaterThan(at.now);
});

test("what a run said before it asked takes nothing from it, however late it arrives", () => {
  const at = new Setup([null, 1]);
  at.take("a");
  const { seq } = at;
  at.take("a");
  at.slots.release("a", seq);
  expect(at.slots.states()).toMatchObject([{ running: 1 }]);
  at.take("b");
  at.slots.release("b", seq);
  expect(at.slots.states()).toMatchObject([{ running: 1, waiting: 1 }]);
});

test("a slot is looked after when nobody came for it, and while others wait, and not otherwise", () => {
  const at = new Setup([null, 1]);
  at.take("a");
  expect(at.slots.dueAt).toBeNull();
  at.take("b");
  const due = at.slots.dueAt ?? 0;
  expect(due - at.now).toBeGreaterThan(60_000);
  expect(at.slots.due()).toEqual([]);
  at.now = due;
  expect(at.slots.due()).toEqual(["a"]);
  // It counts as looked after.
  expect(at.slots.due()).toEqual([]);
  at.pass("a");
  expect((at.slots.dueAt ?? 0) - at.now).toBe(30_000);
  // What could not be looked after is tried again sooner.
  at.slots.checkFailed("b");
  expect((at.slots.dueAt ?? 0) - at.now).toBe(1000);
  at.now += 1000;
  expect(at.slots.due()).toEqual(["b"]);
});

test("whatever is asked in whatever order, no cap is exceeded, and no slot is free while one waits", () => {
  const act = fc.record({
    task: fc.integer({ min: 0, max: 9 }),
    what: fc.constantFrom("take", "take", "pass"),
    priority: fc.integer({ min: -1, max: 1 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
      const at = new Setup([null, 3], ["agent-0", 2]);
      for (const { task, what, priority } of acts) {
        if (what === "take") {
          at.take(`t${task}`, `agent-${task % 2}`, priority);
        } else {
          at.pass(`t${task}`);
        }
        const [all, first] = at.slots.states();
        expect(all?.running).toBeLessThanOrEqual(3);
        expect(first?.running).toBeLessThanOrEqual(2);
        const others = (all?.waiting ?? 0) - (first?.waiting ?? 0);
        expect(all?.running === 3 || others === 0).toBe(true);
        expect(all?.running === 3 || first?.running === 2 || first?.waiting === 0).toBe(true);
      }
    }),
  );
});
