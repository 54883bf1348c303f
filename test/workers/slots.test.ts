/** Slots: never more runs at work than a cap allows, in a fair order, and no slot is lost with its run. */
import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import {
  ledgerStub,
  type ConcurrencyState,
  type LedgerRpc,
  type SlotRequest,
} from "../../src/durable/ledger/rpc.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { ConcurrencyStore } from "../../src/store/concurrency.ts";
import { newActor } from "../../src/store/audit.ts";
import { specOf, type StoredTask } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";

const PATIENT = { timeout: 60_000 };
let tenants = 0;
let seqs = 0;

interface Tenant {
  readonly name: string;
  readonly ledger: LedgerRpc;
}

function newTenant(): Tenant {
  tenants += 1;
  const name = `slots-${tenants}`;
  return { name, ledger: ledgerStub(env.LEDGERS, name) };
}

/** Sets the tenant's own cap, or lifts it. */
async function cap({ ledger }: Tenant, max_runs: number | null): Promise<ConcurrencyState[]> {
  await ledger.changeConcurrency({ agent: null, max_runs }, null, newActor(Date.now(), "key"));
  return ledger.concurrency();
}

function ledgerObject({ name }: Tenant) {
  return env.LEDGERS.get(env.LEDGERS.idFromName(name));
}

/** A run that asks, later than whatever was said before. */
function seeker(task_id: string, more: Partial<SlotRequest> = {}): SlotRequest {
  seqs += 1;
  return { task_id, agent: "default", priority: 0, seq: seqs, ...more };
}

/** Starts a run that needs a slot. */
async function start(
  tenant: Tenant,
  script: JsonValue,
  more: Parameters<typeof newTask>[1] = {},
): Promise<StoredTask> {
  const task = { ...newTask({ script }, { slotted: true, ...more }), tenant_id: tenant.name };
  await new TaskStore(env.DB).insert(task, null);
  await runOf(task).start(JSON.stringify(specOf(task)));
  return task;
}

function runOf({ tenant_id, task_id }: StoredTask) {
  return runStub(env.RUNS, tenant_id, task_id);
}

async function until(task: StoredTask, wanted: { status?: string; waiting_for?: string }) {
  await expect.poll(() => runOf(task).health(), PATIENT).toMatchObject(wanted);
}

async function logOf(task: StoredTask): Promise<RunEvent[]> {
  return JSON.parse((await runOf(task).events(0, 1000)).events) as RunEvent[];
}

const SLOW = [{ text: "done", chunks: 2, delay_ms: 20 }];
const ASK = { tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] };

test("of ten runs under a cap of two, never more than two ask a model at once, and all complete", async () => {
  const tenant = newTenant();
  await cap(tenant, 2);
  const tasks = await Promise.all(Array.from({ length: 10 }, () => start(tenant, SLOW)));
  await Promise.all(tasks.map((task) => until(task, { status: "completed" })));
  const logs = await Promise.all(tasks.map(logOf));
  // At each moment a run works from its start, or its slot, to its wait or its end.
  const changes = logs.flat().flatMap(({ type, at }): [number, number][] => {
    const turn = { "model.requested": 1, "model.completed": -1 }[type as string];
    return turn === undefined ? [] : [[Date.parse(at), turn]];
  });
  let working = 0;
  for (const [, turn] of changes.toSorted(([a, x], [b, y]) => a - b || x - y)) {
    working += turn;
    expect(working).toBeLessThanOrEqual(2);
  }
  const waits = logs.flat().filter((e) => e.type === "run.waiting");
  expect(waits.length).toBeGreaterThanOrEqual(8);
  expect(waits[0]?.data).toMatchObject({ for: "concurrency", limit: "tenant_runs" });
  await expect
    .poll(() => tenant.ledger.concurrency(), PATIENT)
    .toEqual([{ agent: null, max_runs: 2, running: 0, waiting: 0 }]);
});

test("a run that waits for a person lets another work, and waits its turn when it is answered", async () => {
  const tenant = newTenant();
  await cap(tenant, 1);
  const asking = await start(tenant, [ASK, { text: "told" }]);
  await until(asking, { waiting_for: "input" });
  await expect
    .poll(() => tenant.ledger.takeSlot(seeker("other")), PATIENT)
    .toMatchObject({ ok: true });
  const answer = { kind: "message", content: "Yes.", data: null, by: "key" };
  await runOf(asking).command(JSON.stringify(answer));
  await until(asking, { waiting_for: "concurrency" });
  await tenant.ledger.releaseSlot("other", seqs);
  await until(asking, { status: "completed" });
});

test("a run that is cancelled while it waits is out of the queue", async () => {
  const tenant = newTenant();
  await cap(tenant, 1);
  await tenant.ledger.takeSlot(seeker("other"));
  const task = await start(tenant, SLOW);
  await until(task, { waiting_for: "concurrency" });
  await runOf(task).cancel(JSON.stringify(specOf(task)), { reason: null, by: "test" });
  await expect
    .poll(() => tenant.ledger.concurrency(), PATIENT)
    .toMatchObject([{ running: 1, waiting: 0 }]);
});

test("with a cap of 0 nothing begins, and all begins when it is lifted", async () => {
  const tenant = newTenant();
  await cap(tenant, 0);
  const tasks = await Promise.all([1, 2, 3].map(() => start(tenant, SLOW)));
  await Promise.all(tasks.map((task) => until(task, { waiting_for: "concurrency" })));
  expect(await cap(tenant, null)).toEqual([]);
  await Promise.all(tasks.map((task) => until(task, { status: "completed" })));
});

test("a run that was given a slot and does not come is looked after, and the slot goes on if it is over", async () => {
  const tenant = newTenant();
  await cap(tenant, 1);
  // As if the run's word that it is over had been lost, and its answer to the gift too.
  const gone = await start(tenant, [{ text: "gone" }]);
  await until(gone, { status: "completed" });
  await expect.poll(() => tenant.ledger.concurrency(), PATIENT).toMatchObject([{ running: 0 }]);
  await runInDurableObject(ledgerObject(tenant), (_ledger, { storage }) => {
    storage.sql.exec(
      "INSERT INTO slot (task_id, agent, seq, taken, at) VALUES (?, 'default', 1, 0, 0)",
      gone.task_id,
    );
  });
  const next = await start(tenant, SLOW);
  // By the ledger's own alarm, which is due at once: nobody has looked after the slot yet.
  await until(next, { status: "completed" });
  expect((await logOf(next)).map(({ type }) => type)).toContain("run.waiting");
});

test("a slot whose run waits for something else by now is given on while others wait", async () => {
  const tenant = newTenant();
  await cap(tenant, 1);
  const asking = await start(tenant, [ASK, { text: "told" }]);
  await until(asking, { waiting_for: "input" });
  await expect.poll(() => tenant.ledger.concurrency(), PATIENT).toMatchObject([{ running: 0 }]);
  await runInDurableObject(ledgerObject(tenant), (_ledger, { storage }) => {
    storage.sql.exec(
      "INSERT INTO slot (task_id, agent, seq, taken, at) VALUES (?, 'default', 1, 1, 0)",
      asking.task_id,
    );
  });
  const next = await start(tenant, SLOW);
  // By the ledger's own alarm, which is due at once: nobody has looked after the slot yet.
  await until(next, { status: "completed" });
  expect((await logOf(next)).map(({ type }) => type)).toContain("run.waiting");
});

test("a slot whose run has a log that nobody can read is given on once its task has failed", async () => {
  const tenant = newTenant();
  await cap(tenant, 1);
  const broken = await start(tenant, [ASK, { text: "never" }]);
  await until(broken, { waiting_for: "input" });
  const object = env.RUNS.get(env.RUNS.idFromName(`${tenant.name}/${broken.task_id}`));
  await runInDurableObject(object, (_run, { storage }) => {
    storage.sql.exec("UPDATE log SET events = '[{}]'");
  });
  await evictDurableObject(object);
  await runOf(broken).repair(JSON.stringify(specOf(broken)));
  await runInDurableObject(ledgerObject(tenant), (_ledger, { storage }) => {
    storage.sql.exec(
      "INSERT INTO slot (task_id, agent, seq, taken, at) VALUES (?, 'default', 1, 1, 0)",
      broken.task_id,
    );
  });
  const next = await start(tenant, SLOW);
  await until(next, { status: "completed" });
  expect((await logOf(next)).map(({ type }) => type)).toContain("run.waiting");
});

test("a cap whose change was cut off after the database's part holds nobody up, until it is asked for again", async () => {
  const tenant = newTenant();
  const change = { agent: null, max_runs: 0 };
  await new ConcurrencyStore(env.DB).set(tenant.name, change, newActor(Date.now(), "key"));
  await until(await start(tenant, SLOW), { status: "completed" });
  expect(await cap(tenant, 0)).toMatchObject([{ max_runs: 0 }]);
  await until(await start(tenant, SLOW), { waiting_for: "concurrency" });
});

test("changes of one cap at once leave the ledger and the database of one mind", async () => {
  for (let i = 0; i < 10; i += 1) {
    const tenant = newTenant();
    const wanted = [3, null, 5, null, 7, i % 2 === 0 ? null : 9];
    await Promise.all(wanted.map((max_runs) => cap(tenant, max_runs)));
    const { results } = await env.DB.prepare(
      "SELECT max_runs FROM concurrency_cap WHERE tenant_id = ?",
    )
      .bind(tenant.name)
      .all<{ max_runs: number }>();
    const known = (await tenant.ledger.concurrency()).map(({ max_runs }) => ({ max_runs }));
    expect(known).toEqual(results);
  }
});

test("a task needs a slot if its tenant has a cap when it is submitted", async () => {
  const store = new ConcurrencyStore(env.DB);
  const tasks = new TaskStore(env.DB);
  const insert = async () => {
    const task = { ...newTask({}), tenant_id: "marked" };
    const inserted = await tasks.insert(task, null);
    const stored = inserted.earlier === undefined ? inserted.stored : null;
    expect((await tasks.get("marked", task.task_id))?.slotted).toBe(stored?.slotted);
    return stored?.slotted;
  };
  expect(await insert()).toBe(false);
  await store.set("marked", { agent: "writer", max_runs: 3 }, newActor(Date.now(), "key"));
  expect(await insert()).toBe(true);
  await store.set("marked", { agent: "writer", max_runs: null }, newActor(Date.now(), "key"));
  expect(await insert()).toBe(false);
});
