/** A tenant's ledger: what it grants is never more than its budgets have, whoever asks and how often. */
import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ledgerStub,
  type BudgetChange,
  type BudgetState,
  type LedgerRpc,
  type Spender,
} from "../../src/durable/ledger/rpc.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import { newActor } from "../../src/store/audit.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";

const DAY = new Date().toISOString().slice(0, 10);
let tenants = 0;
let seqs = 0;

/** Sets or removes a budget, and returns all. */
async function setBudget(books: LedgerRpc, budget: BudgetChange): Promise<BudgetState[]> {
  await books.changeBudget(budget, null, newActor(Date.now(), "key"));
  return books.budgets();
}

function ledger(): LedgerRpc {
  tenants += 1;
  return ledgerStub(env.LEDGERS, `ledger-${tenants}`);
}

/** What a run says, later than whatever was said before. */
function spender(task_id: string, sum = 0, agent = "default"): Spender {
  seqs += 1;
  return { task_id, agent, spent: sum === 0 ? [] : [{ day: DAY, sum }], seq: seqs };
}

test("without a budget everything is granted, and the caller learns that there is none", async () => {
  const books = ledger();
  expect(await books.reserve(spender("a"), 500, 10)).toEqual({ ok: true, sum: 500, capped: false });
  expect(await books.budgets()).toEqual([]);
});

test("what is held back counts, until it is settled", async () => {
  const books = ledger();
  await setBudget(books, { agent: null, period: "day", cap: 1000 });
  expect(await books.reserve(spender("a"), 600, 600)).toMatchObject({ ok: true, sum: 600 });
  expect(await books.reserve(spender("b"), 600, 600)).toMatchObject({
    ok: false,
    budget: { agent: null, period: "day", cap: 1000 },
  });
  // Less is granted where less is enough.
  expect(await books.reserve(spender("c"), 600, 100)).toMatchObject({ ok: true, sum: 400 });
  await books.settle(spender("a", 50), false);
  expect(await books.reserve(spender("b"), 500, 500)).toMatchObject({ ok: true, sum: 500 });
  expect(await books.budgets()).toEqual([
    { agent: null, period: "day", cap: 1000, spent: 50, reserved: 900 },
  ]);
});

test("what was spent is booked once, however often it is told, and totals never go back", async () => {
  const books = ledger();
  await setBudget(books, { agent: null, period: "month", cap: 1000 });
  await Promise.all([1, 2, 3].map(() => books.settle(spender("a", 300), false)));
  await books.settle(spender("a", 200), false);
  await books.reserve(spender("a", 450), 10, 10);
  await books.settle(spender("a", 450), true);
  expect(await books.budgets()).toEqual([
    { agent: null, period: "month", cap: 1000, spent: 450, reserved: 0 },
  ]);
});

test("what a run said before it held something back does not release it, however late it arrives", async () => {
  const books = ledger();
  await setBudget(books, { agent: null, period: "day", cap: 1000 });
  const earlier = spender("a", 100);
  await books.reserve(spender("a", 100), 500, 500);
  await books.settle(earlier, false);
  expect(await books.budgets()).toMatchObject([{ spent: 100, reserved: 500 }]);
  await books.settle(spender("a", 300), true);
  expect(await books.budgets()).toMatchObject([{ spent: 300, reserved: 0 }]);
});

test("calls of one run that overtake each other, and one that comes after its end, hold nothing back", async () => {
  const books = ledger();
  await setBudget(books, { agent: null, period: "day", cap: 1000 });
  const [first, second, last] = [spender("a"), spender("a"), spender("a", 30)];
  expect(await books.reserve(second, 300, 300)).toMatchObject({ ok: true, sum: 300 });
  expect(await books.reserve(first, 500, 500)).toMatchObject({ ok: false });
  // Asking again in the same breath is not overtaking.
  expect(await books.reserve(second, 400, 400)).toMatchObject({ ok: true, sum: 400 });
  expect(await books.budgets()).toMatchObject([{ reserved: 400 }]);
  await books.settle(last, true);
  expect(await books.reserve(spender("a", 30), 500, 500)).toMatchObject({ ok: false });
  expect(await books.budgets()).toMatchObject([{ spent: 30, reserved: 0 }]);
});

test("a ledger whose runs find no room rests until the day ends, or something is given back", async () => {
  const books = ledger();
  const stub = env.LEDGERS.get(env.LEDGERS.idFromName(`ledger-${tenants}`));
  await setBudget(books, { agent: null, period: "day", cap: 10 });
  for (let n = 0; n < 60; n += 1) {
    expect(await books.reserve(spender(`r${n}`), 20, 20)).toMatchObject({ ok: false });
  }
  await books.settle(spender("other", 1), false);
  await runDurableObjectAlarm(stub);
  const alarm = await runInDurableObject(stub, (_ledger, { storage }) => storage.getAlarm());
  const midnight = Date.parse(`${DAY}T00:00:00Z`) + 86_400_000;
  expect(alarm).toBe(midnight);
});

test("a run with room is resumed though many without stand before it, and again if it does not come back", async () => {
  const books = ledger();
  const stub = env.LEDGERS.get(env.LEDGERS.idFromName(`ledger-${tenants}`));
  await setBudget(books, { agent: "poor", period: "day", cap: 1 });
  await setBudget(books, { agent: "rich", period: "day", cap: 1 });
  for (let n = 0; n < 60; n += 1) {
    await books.reserve(spender(`poor${n}`, 0, "poor"), 50, 50);
  }
  await books.reserve(spender("rich", 0, "rich"), 50, 50);
  await setBudget(books, { agent: "rich", period: "day", cap: 1000 });
  const resumed = await runInDurableObject(stub, (_ledger, { storage }) =>
    storage.sql.exec("SELECT task_id FROM waiting WHERE resumed > 0").toArray(),
  );
  expect(resumed.length === 0 || resumed[0]?.["task_id"] === "rich").toBe(true);
  const left = await runInDurableObject(stub, (_ledger, { storage }) =>
    storage.sql.exec("SELECT COUNT(*) AS n FROM waiting WHERE task_id LIKE 'poor%'").one(),
  );
  expect(left["n"]).toBe(60);
});

test("an agent's budget binds its own runs, the tenant's binds all", async () => {
  const books = ledger();
  await setBudget(books, { agent: "writer", period: "day", cap: 100 });
  await setBudget(books, { agent: null, period: "day", cap: 250 });
  expect(await books.reserve(spender("w", 0, "writer"), 150, 150)).toMatchObject({
    ok: false,
    budget: { agent: "writer" },
  });
  expect(await books.reserve(spender("r", 0, "reader"), 200, 200)).toMatchObject({ ok: true });
  expect(await books.reserve(spender("w", 0, "writer"), 100, 100)).toMatchObject({
    ok: false,
    budget: { agent: null },
  });
  expect(await setBudget(books, { agent: null, period: "day", cap: null })).toHaveLength(1);
  expect(await books.reserve(spender("w", 0, "writer"), 100, 100)).toMatchObject({ ok: true });
});

test("yesterday's money is not today's, but it is this month's", async () => {
  const books = ledger();
  const first = `${DAY.slice(0, 8)}01`;
  const yesterday = DAY === first ? null : new Date(Date.now() - 86_400_000).toISOString();
  await setBudget(books, { agent: null, period: "day", cap: 100 });
  await setBudget(books, { agent: null, period: "month", cap: 500 });
  const spent = [{ day: (yesterday ?? "2020-01-01").slice(0, 10), sum: 90 }];
  await books.settle({ task_id: "a", agent: "default", spent, seq: 1 }, false);
  const [day, month] = await books.budgets();
  expect(day).toMatchObject({ spent: 0 });
  expect(month).toMatchObject({ spent: yesterday === null ? 0 : 90 });
});

test("totals that no budget reads any more are deleted", async () => {
  const books = ledger();
  const stub = env.LEDGERS.get(env.LEDGERS.idFromName(`ledger-${tenants}`));
  await setBudget(books, { agent: null, period: "month", cap: 500 });
  const spent = [
    { day: "2020-01-01", sum: 90 },
    { day: DAY, sum: 10 },
  ];
  await books.settle({ task_id: "a", agent: "default", spent, seq: 1 }, false);
  await runDurableObjectAlarm(stub);
  const totals = await runInDurableObject(stub, (_ledger, { storage }) =>
    storage.sql.exec("SELECT day, sum FROM total").toArray(),
  );
  expect(totals).toEqual([{ day: DAY, sum: 10 }]);
});

test("whatever is asked in whatever order, grants and spending never exceed the budget", async () => {
  const act = fc.record({
    task: fc.integer({ min: 0, max: 5 }),
    what: fc.constantFrom("reserve", "settle", "over"),
    most: fc.integer({ min: 1, max: 400 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const books = ledger();
      const cap = 1000;
      await setBudget(books, { agent: null, period: "day", cap });
      const spent = new Map<number, number>();
      const held = new Map<number, number>();
      for (const { task, what, most, share } of acts) {
        const total = spent.get(task) ?? 0;
        const sum = held.get(task) ?? 0;
        // A run spends at most what it holds.
        const now = total + (what === "reserve" ? 0 : Math.floor(sum * share));
        spent.set(task, now);
        if (what === "reserve") {
          const answer = await books.reserve(spender(`t${task}`, now), most, 1);
          held.set(task, answer.ok ? answer.sum : 0);
        } else {
          await books.settle(spender(`t${task}`, now), what === "over");
          held.set(task, 0);
        }
        const gone = [...spent.values(), ...held.values()].reduce((a, b) => a + b, 0);
        expect(gone).toBeLessThanOrEqual(cap);
        const [state] = await books.budgets();
        expect((state?.spent ?? 0) + (state?.reserved ?? 0)).toBe(gone);
      }
    }),
    { numRuns: 25 },
  );
});

test("a run that was refused is resumed when the budget is raised, and one that is over is forgotten", async () => {
  const books = ledgerStub(env.LEDGERS, "test");
  await setBudget(books, { agent: null, period: "day", cap: 100 });
  const ask = { tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] };
  const task = newTask({ script: [ask, { text: "done" }] });
  await new TaskStore(env.DB).insert(task, null);
  const run = runStub(env.RUNS, "test", task.task_id);
  await run.start(JSON.stringify(specOf(task)));
  await run.settled(5000);
  expect(await books.reserve(spender(task.task_id), 200, 200)).toMatchObject({ ok: false });
  // It waits for a person, not for budget: word from the ledger changes nothing.
  await setBudget(books, { agent: null, period: "day", cap: 1000 });
  expect((await run.health()).waiting_for).toBe("input");
  await run.cancel(JSON.stringify(specOf(task)), { reason: null, by: "test" });
  const stub = env.LEDGERS.get(env.LEDGERS.idFromName("test"));
  await runDurableObjectAlarm(stub);
  expect(await books.budgets()).toMatchObject([{ spent: 0, reserved: 0 }]);
});

test("old rows of single runs are deleted, however many there are", async () => {
  tenants += 1;
  const stub = env.LEDGERS.get(env.LEDGERS.idFromName(`ledger-${tenants}`));
  const rows = await runInDurableObject(stub, async (_ledger, { storage }) => {
    const insert = (table: string, columns: string): void => {
      storage.sql.exec(
        `INSERT INTO ${table} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         SELECT ${columns} FROM n`,
      );
    };
    // Ids of tasks of 1970: the first digits are the time.
    insert("spent", "printf('task_%08x', i), '2020-01-01', 1");
    insert("reserved", "printf('task_%08x', i), 'default', 0, 1, 1, 0");
    await storage.setAlarm(Date.now() + 3_600_000);
    return count(storage);
  });
  expect(rows).toBe(24_000);

  const left: number[] = [];
  for (let alarms = 0; alarms < 3; alarms += 1) {
    await runDurableObjectAlarm(stub);
    const next = await runInDurableObject(stub, async (_ledger, { storage }) => ({
      rows: count(storage),
      alarm: await storage.getAlarm(),
    }));
    left.push(next.rows);
    // What one clean-up leaves is deleted a minute later, not the next day.
    expect(next.rows === 0 || (next.alarm ?? Infinity) <= Date.now() + 60_000).toBe(true);
  }
  expect(left).toEqual([14_000, 4_000, 0]);
});

function count({ sql }: DurableObjectStorage): number {
  return ["spent", "reserved"].reduce(
    (sum, table) => sum + Number(sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()["n"]),
    0,
  );
}
