/**
 * Allowances for several model calls: what runs spend never exceeds a budget, however many hold one,
 * whenever a budget is lowered, and wherever a run's process ends.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BudgetStore } from "../../src/durable/ledger/budget-store.ts";
import { Leases } from "../../src/durable/ledger/leases.ts";
import type { LedgerRpc, Reserved, Spender } from "../../src/durable/ledger/rpc.ts";
import { ALLOWANCE_MS } from "../../src/durable/run/allowance.ts";
import { RunBudgets } from "../../src/durable/run/budgets.ts";
import type { Deps } from "../../src/durable/run/deps.ts";
import type { EventLog } from "../../src/durable/run/storage/event-log.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import { newTaskId } from "../../src/run/value/id.ts";
import { memoryStorage, specFor } from "../harness.ts";

const DAY = "2026-12-01";
/** For what many runs do, under load, milliseconds. */
const SLOW_MS = 180_000;
const DAY_MS = 86_400_000;
const START = Date.parse(`${DAY}T09:00:00Z`);
/** Most that a call costs, and what it does cost, micro-dollars. */
const [MOST, COST] = [1000, 90];

/** The process of a run has ended. */
class Died extends Error {}

/** A ledger as the object has it, which may stop a run around a request. */
class Ledger {
  now = START;
  requests = 0;
  /** The request around which the process of its run ends. */
  fatal: { request: number; when: "before" | "after" } | null = null;
  readonly runs = new Map<string, Run>();
  readonly books: BudgetStore;
  readonly rows: (query: string) => Record<string, unknown>;
  readonly #leases = new Leases();

  readonly cap: number;

  constructor(cap: number) {
    this.cap = cap;
    const { sql } = memoryStorage();
    const storage = {
      exec: (query: string, ...bindings: (string | number | null)[]) => {
        const rows = [...sql.exec(query, ...bindings)];
        return Object.assign(rows, { one: () => rows[0] ?? {}, toArray: () => rows });
      },
    };
    this.books = new BudgetStore(storage as unknown as SqlStorage, () => this.now);
    this.books.set({ agent: null, period: "day", cap });
    this.rows = (query) => [...sql.exec(query)][0] ?? {};
  }

  /** Sets the budget, and makes the runs that hold something ask again, as the object does. */
  async setCap(cap: number): Promise<void> {
    this.books.set({ agent: null, period: "day", cap });
    await this.#notify(this.books.holders(null));
  }

  async #notify(taskIds: readonly string[]): Promise<void> {
    await Promise.all(taskIds.map(async (id) => this.runs.get(id)?.budgets.onBudgetsChanged()));
  }

  readonly rpc: Pick<LedgerRpc, "reserve" | "settle"> = {
    reserve: (spender: Spender, most: number, least: number, wanted?: number) =>
      this.#asked((): Reserved => {
        const answer = this.books.reserve(spender, most, least, wanted);
        this.#leases.note(spender.task_id, answer.ok && answer.lease !== undefined);
        if (!answer.ok) {
          void this.#notify(this.#leases.take());
        }
        return answer;
      }),
    settle: (spender: Spender, over: boolean, keep?: number | null) =>
      this.#asked(() => this.books.settle(spender, over, keep)),
  };

  async #asked<T>(answer: () => T): Promise<T> {
    this.requests += 1;
    const fatal = this.fatal?.request === this.requests ? this.fatal.when : null;
    await Promise.resolve();
    if (fatal === "before") {
      throw new Died();
    }
    const given = answer();
    await Promise.resolve();
    if (fatal === "after") {
      throw new Died();
    }
    return given;
  }

  get used(): { spent: number; reserved: number } {
    const [{ spent, reserved } = { spent: 0, reserved: 0 }] = this.books.states();
    return { spent, reserved };
  }

  /** What all runs have spent, booked or not. */
  get truth(): number {
    return [...this.runs.values()].reduce((sum, run) => sum + run.total, 0);
  }
}

class Run {
  budgets: RunBudgets;
  #died = false;
  #state: RunState;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger, task_id: string) {
    const spec = { ...specFor({}), task_id };
    this.#state = { ...INITIAL_STATE, spec, seq: 2, status: "running", statusSeq: 2 };
    this.#ledger = ledger;
    this.budgets = this.#process();
    ledger.runs.set(task_id, this);
  }

  get total(): number {
    return this.#state.ledger.reduce((sum, entry) => sum + entry.cost_micro_usd, 0);
  }

  /** Makes a call, or returns false if it is refused. A process that ends is followed by another. */
  async call(cost = COST): Promise<boolean> {
    const answer = await this.budgets.reserve({ most: MOST, least: MOST });
    if (this.#revive()) {
      return this.call(cost);
    }
    if (!answer.ok) {
      this.#log({ status: "waiting", statusSeq: this.#state.seq + 1 });
      await this.#settled();
      this.#log({ status: "running", statusSeq: this.#state.seq + 1 });
      return false;
    }
    // The intent, and later what it cost.
    this.#log({ reservedOnce: true });
    await Promise.resolve();
    this.#spend(cost);
    if (this.budgets.settlesEachCall) {
      await this.#settled();
    }
    return true;
  }

  async end(): Promise<void> {
    const end = { status: "completed" } as RunState["end"];
    this.#log({ status: "completed", end, statusSeq: this.#state.seq + 1 });
    while (this.budgets.behind) {
      await this.#settled();
    }
  }

  #spend(cost_micro_usd: number): void {
    const day = new Date(this.#ledger.now).toISOString().slice(0, 10);
    const entry = { day, cost_micro_usd } as RunState["ledger"][number];
    this.#log({ ledger: [...this.#state.ledger, entry] });
  }

  async #settled(): Promise<void> {
    try {
      await this.budgets.flush();
    } catch (error) {
      if (!(error instanceof Died)) {
        throw error;
      }
      this.#died = true;
      this.#revive();
    }
  }

  #log(more: Partial<RunState>): void {
    this.#state = { ...this.#state, seq: this.#state.seq + 1, ...more };
  }

  #revive(): boolean {
    const died = this.#died;
    this.#died = false;
    if (died) {
      this.budgets = this.#process();
    }
    return died;
  }

  #process(): RunBudgets {
    const state = (): RunState => this.#state;
    return new RunBudgets({
      log: {
        get state() {
          return state();
        },
      } as EventLog,
      deps: () => ({ ledger: () => this.#ledger.rpc }) as unknown as Deps,
      now: () => this.#ledger.now,
      observer: {
        count: () => {},
        fault: (_name, error) => {
          if (!(error instanceof Died)) {
            throw error;
          }
          this.#died = true;
        },
      },
    });
  }
}

async function played(ledger: Ledger, runs: number, calls: number): Promise<number> {
  let refused = 0;
  const { cap } = ledger;
  await Promise.all(
    Array.from({ length: runs }, async (_, n) => {
      const run = new Run(ledger, `task-${n}`);
      for (let i = 0; i < calls; i += 1) {
        refused += (await run.call()) ? 0 : 1;
        // Each look adds up all reservations.
        const { spent, reserved } = runs > 100 ? { spent: 0, reserved: 0 } : ledger.used;
        expect(spent + reserved).toBeLessThanOrEqual(cap);
      }
      await run.end();
    }),
  );
  expect(ledger.used).toEqual({ spent: ledger.truth, reserved: 0 });
  return refused;
}

test.for([
  [10, 3],
  [100, 5],
] as const)(
  "far from its budget a run of %d calls asks the ledger %d times",
  async ([calls, asked]) => {
    const ledger = new Ledger(1_000_000_000);
    expect(await played(ledger, 1, calls)).toBe(0);
    expect(ledger.requests).toBeLessThanOrEqual(asked);
  },
);

test(
  "two thousand runs side by side spend no micro-dollar too much, with room for all and for a few",
  {
    timeout: SLOW_MS,
  },
  async () => {
    const [RUNS, CALLS] = [2000, 3];
    const wide = new Ledger(RUNS * MOST * 10);
    expect(await played(wide, RUNS, CALLS)).toBe(0);
    // Two for each call without allowances.
    expect(wide.requests / (RUNS * CALLS)).toBeLessThan(0.8);
    const narrow = new Ledger(RUNS * COST);
    expect(await played(narrow, RUNS, CALLS)).toBeGreaterThan(0);
    expect(narrow.truth).toBeLessThanOrEqual(RUNS * COST);
  },
);

test("a budget that is lowered binds a run with an allowance at its next call", async () => {
  const ledger = new Ledger(1_000_000);
  const run = new Run(ledger, "task");
  expect(await run.call()).toBe(true);
  expect(ledger.used).toEqual({ spent: 0, reserved: 2 * MOST });
  await ledger.setCap(COST);
  expect(ledger.used).toEqual({ spent: COST, reserved: 0 });
  expect(await run.call()).toBe(false);
  await ledger.setCap(1_000_000);
  expect(await run.call()).toBe(true);
});

test("a run that finds no room makes others give back what they do not use", async () => {
  const ledger = new Ledger(4 * MOST);
  const [idle, other] = [new Run(ledger, "idle"), new Run(ledger, "other")];
  await idle.call();
  expect(ledger.used.reserved).toBe(2 * MOST);
  await ledger.setCap(2 * MOST + 50);
  await idle.call();
  expect(await other.call()).toBe(true);
});

test("an allowance ends after a minute, and what is left of it is not lost", async () => {
  const ledger = new Ledger(1_000_000);
  const run = new Run(ledger, "task");
  await run.call();
  ledger.now += ALLOWANCE_MS;
  await run.call();
  expect(ledger.requests).toBe(2);
  expect(ledger.used).toEqual({ spent: COST, reserved: 4 * MOST });
  await run.end();
  expect(ledger.used).toEqual({ spent: 2 * COST, reserved: 0 });
});

test(
  "wherever the process of a run ends around a request, nothing is lost or spent twice",
  {
    timeout: SLOW_MS,
  },
  async () => {
    const whens = ["before", "after"] as const;
    for (const cap of [1_000_000_000, 3 * MOST]) {
      for (const when of whens) {
        for (let request = 1; ; request += 1) {
          const ledger = new Ledger(cap);
          ledger.fatal = { request, when };
          await played(ledger, 2, 12);
          expect(ledger.truth).toBeLessThanOrEqual(cap);
          if (ledger.requests < request) {
            break;
          }
        }
      }
    }
  },
);

test("whatever calls cost and whenever the budget changes, it holds", async () => {
  const act = fc.record({
    run: fc.integer({ min: 0, max: 4 }),
    cost: fc.integer({ min: 1, max: MOST }),
    cap: fc.option(fc.integer({ min: 0, max: 40 * MOST }), { freq: 8 }),
    later: fc.integer({ min: 0, max: 30_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
      const ledger = new Ledger(20 * MOST);
      const runs = Array.from({ length: 5 }, (_, n) => new Run(ledger, `task-${n}`));
      for (const { run, cost, cap, later } of acts) {
        ledger.now += later;
        if (cap !== null) {
          await ledger.setCap(cap);
        }
        const before = ledger.truth;
        const made = await runs[run]?.call(cost);
        expect(made !== true || before + MOST <= (ledger.books.states()[0]?.cap ?? 0)).toBe(true);
        const { spent, reserved } = ledger.used;
        expect(ledger.truth).toBeLessThanOrEqual(spent + reserved);
      }
      await Promise.all(runs.map((run) => run.end()));
      expect(ledger.used).toEqual({ spent: ledger.truth, reserved: 0 });
    }),
    { numRuns: 60 },
  );
});

test(
  "after two years of runs the ledger has the rows of forty days",
  {
    timeout: SLOW_MS,
  },
  async () => {
    const ledger = new Ledger(1_000_000_000);
    const [DAYS, RUNS] = [2 * 365, 4];
    for (let day = 0; day < DAYS; day += 1) {
      for (let n = 0; n < RUNS; n += 1) {
        const run = new Run(ledger, newTaskId(ledger.now, new Uint8Array(16).fill(n)));
        await run.call();
        await run.call();
        await run.end();
        ledger.runs.clear();
      }
      ledger.now += DAY_MS;
      expect(ledger.books.deleteOld()).toBe(false);
    }
    const rows = (table: string) => Number(ledger.rows(`SELECT COUNT(*) AS n FROM ${table}`)["n"]);
    // One row of each run, which rejects late reports, and the totals of each day.
    expect(rows("reserved")).toBeLessThanOrEqual(41 * RUNS);
    expect(rows("total")).toBeLessThanOrEqual(41);
    expect(rows("spent")).toBe(0);
  },
);

test("a report that comes again after the end of its run books nothing", async () => {
  const ledger = new Ledger(1_000_000);
  const run = new Run(ledger, "task");
  await run.call();
  await run.end();
  const spender = { task_id: "task", agent: "default", spent: [{ day: DAY, sum: COST }], seq: 99 };
  for (const over of [false, true]) {
    ledger.books.settle(spender, over);
    expect(ledger.used).toEqual({ spent: COST, reserved: 0 });
  }
});
