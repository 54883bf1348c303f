/** Trees of tasks in the real objects: made once, in slots, cancelled, and asked about. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { ledgerStub } from "../../src/durable/ledger/rpc.ts";
import { isJsonObject, type JsonValue } from "../../src/run/value/json.ts";
import { AgentStore } from "../../src/store/agents.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { insertOnce, TreeStore } from "../../src/store/tasks/trees.ts";
import { newTask } from "./tasks.ts";
import { actor, give, PATIENT, refersTo, Tenant } from "./tree-tenant.ts";

const tasks = new TaskStore(env.DB);
const trees = new TreeStore(env.DB);
const agents = new AgentStore(env.DB);

const begin = (agent: string) => ({ name: "task_start", arguments: { agent, goal: "x" } });

function idOf(output: JsonValue): string {
  const id = isJsonObject(output) ? output["task_id"] : "";
  return typeof id === "string" ? id : "";
}

/** When the log of a task ended, milliseconds since the epoch. */
async function endOf(tenant: Tenant, id: string): Promise<number> {
  return Date.parse((await tenant.log(id)).at(-1)?.at ?? "");
}

const SLOW = [{ text: "found", chunks: 2, delay_ms: 20 }];

test("three tasks of one turn: each is a row of its own, runs once, and its answer comes back", async () => {
  const tenant = await Tenant.of({ lead: { config: refersTo("worker") }, worker: {} });
  const scripts = {
    lead: { script: [give("worker", "a", "b", "c"), { text: "all done" }] },
    worker: { script: SLOW },
  };
  const root = await tenant.submit("lead", scripts, { subject: "user-1", priority: 5 });
  await tenant.until(root, { status: "completed" });
  const rows = await tenant.below(root);
  expect(
    rows.map(({ parent_task_id, depth, subject, priority }) => ({
      parent_task_id,
      depth,
      subject,
      priority,
    })),
  ).toEqual(
    [1, 2, 3].map(() => ({ parent_task_id: root, depth: 1, subject: "user-1", priority: 5 })),
  );
  const log = await tenant.log(root);
  const answers = log.flatMap((event) =>
    event.type === "tool.completed" ? [event.data.output] : [],
  );
  expect(answers.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))).toEqual(
    rows.map(({ task_id }) => ({ task_id, answer: "found" })),
  );
  // What a task costs its parent does not depend on what the task does.
  const { storage } = await rowsOf(tenant, root);
  expect(storage).toBeLessThanOrEqual(5 + 3 * 2);
  const tree = await tenant.ask("GET", `/tasks/${root}/tree`);
  expect(tree.body).toMatchObject({
    data: [{ id: root, depth: 0 }, ...rows.map(({ task_id }) => ({ id: task_id, depth: 1 }))],
    usage: { tasks: 4, model_calls: 5 },
  });
  const { body: view } = await tenant.ask("GET", `/tasks/${root}`);
  expect(view).toMatchObject({ usage: { model_calls: 2, tree: tree.body["usage"] } });
  const child = await tenant.ask("GET", `/tasks/${rows[0]?.task_id}`);
  expect(child.body["usage"]).not.toHaveProperty("tree");
});

/** Rows of a run's log. */
async function rowsOf(tenant: Tenant, id: string): Promise<{ readonly storage: number }> {
  const stub = env.RUNS.get(env.RUNS.idFromName(`${tenant.name}/${id}`));
  const storage = await runInDurableObject(stub, (_run, { storage: { sql } }) =>
    Number(sql.exec("SELECT COUNT(*) AS n FROM log").one()["n"]),
  );
  return { storage };
}

test("at a cap of one, a tree three deep ends, and is not held up by fifty that come after it", async () => {
  const tenant = await Tenant.of({
    lead: { config: refersTo("middle") },
    middle: { config: refersTo("worker") },
    small: { config: refersTo("worker") },
    worker: {},
  });
  const ledger = ledgerStub(env.LEDGERS, tenant.name);
  await ledger.changeConcurrency({ agent: null, max_runs: 1 }, null, actor());
  const scripts = {
    lead: { script: [give("middle", "a", "b", "c"), { text: "done" }] },
    middle: { script: [give("worker", "x", "y"), { text: "half" }] },
    small: { script: [give("worker", "z"), { text: "done" }] },
    worker: { script: [{ text: "found" }] },
  };
  const roots = [await tenant.submit("lead", scripts)];
  for (let n = 0; n < 50; n += 1) {
    roots.push(await tenant.submit("small", scripts));
  }
  for (const root of roots) {
    await tenant.until(root, { status: "completed" });
  }
  const ended = await Promise.all(roots.map((id) => endOf(tenant, id)));
  // While a task is on its way to its object, its tree needs no slot, and another one may go on.
  const [first = 0] = ended;
  const before = ended.filter((at) => at < first).length;
  expect(before).toBeLessThan(5);
  expect(await tenant.below(roots[0] ?? "")).toHaveLength(9);
  await expect
    .poll(() => ledger.concurrency(), PATIENT)
    .toMatchObject([{ running: 0, waiting: 0 }]);
}, 180_000);

test("cancelling the first task cancels every task below it", async () => {
  const tenant = await Tenant.of({
    lead: { config: refersTo("middle") },
    middle: { config: refersTo("worker") },
    worker: {},
  });
  const scripts = {
    lead: { script: [give("middle", "a", "b")] },
    middle: { script: [give("worker", "v", "w", "x", "y")] },
    worker: { script: [{ text: "slow", chunks: 100, delay_ms: 200 }] },
  };
  const root = await tenant.submit("lead", scripts);
  await expect.poll(() => tenant.below(root), PATIENT).toHaveLength(10);
  await tenant.ask("POST", `/tasks/${root}/cancel`, {});
  await expect
    .poll(async () => (await tenant.below(root)).map(({ status }) => status), PATIENT)
    .toEqual(Array.from({ length: 10 }, () => "cancelled"));
  const rows = await tenant.below(root);
  const ends = await Promise.all(rows.map(({ task_id }) => endOf(tenant, task_id)));
  expect(Math.max(...ends) - (await endOf(tenant, root))).toBeLessThan(2000);
  const invariants = await orphans(tenant);
  expect(invariants).toEqual([]);
});

async function orphans(tenant: Tenant): Promise<readonly string[]> {
  return (await trees.orphans(tenant.name, 100)).map(({ task_id }) => task_id);
}

test("a task of a run that ended before it was submitted does not begin", async () => {
  const tenant = await Tenant.of({ lead: {}, worker: {} });
  const root = await tenant.submit("lead", { lead: { script: [{ text: "done" }] } });
  await tenant.until(root, { status: "completed" });
  const late = {
    ...newTask(
      { script: [{ tool_calls: [{ name: "calculator", arguments: { expression: "1" } }] }] },
      { parent: { task_id: root, call_id: "call_2", path: [root], on_end: "cancel" } },
    ),
    tenant_id: tenant.name,
  };
  await insertOnce(tasks, late);
  await insertOnce(tasks, late);
  expect(await orphans(tenant)).toEqual([late.task_id]);
  await tenant.run(late.task_id).start(JSON.stringify(specOf(late)));
  await tenant.until(late.task_id, { status: "cancelled" });
  expect((await tenant.log(late.task_id)).map(({ type }) => type)).not.toContain("model.requested");
  await expect.poll(() => orphans(tenant), PATIENT).toEqual([]);
});

test("an approval of a task reaches its parent, and is decided through the first task", async () => {
  const tenant = await Tenant.of({
    lead: { config: { ...refersTo("worker"), policy: { approve: ["calc*"] } } },
    worker: {},
  });
  const sum = { tool_calls: [{ name: "calculator", arguments: { expression: "1+1" } }] };
  const scripts = {
    lead: { script: [give("worker", "a", "b", "c"), { text: "done" }] },
    worker: { script: [sum, { text: "two" }] },
  };
  const root = await tenant.submit("lead", scripts);
  const inbox = async () => {
    const { body } = await tenant.ask("GET", `/inbox?root=${root}`);
    return body["data"] as unknown as { task_id: string; call_id: string }[];
  };
  await expect.poll(inbox, PATIENT).toHaveLength(3);
  const open = await inbox();
  await expect
    .poll(
      async () => (await tenant.log(root)).filter(({ type }) => type === "child.waiting").length,
    )
    .toBe(3);
  for (const { task_id, call_id } of open.toReversed()) {
    const path = `/tasks/${root}/approvals/${call_id}?task_id=${task_id}`;
    expect(await tenant.ask("POST", path, { decision: "approve" })).toMatchObject({ status: 202 });
    await tenant.until(task_id, { status: "completed" });
  }
  await tenant.until(root, { status: "completed" });
  for (const { task_id } of open) {
    const log = await tenant.log(task_id);
    expect(log.filter(({ type }) => type === "tool.requested")).toHaveLength(1);
  }
  // Another tree's task is not decided through this one.
  const other = await tenant.submit("worker", { worker: { script: [{ text: "x" }] } });
  const foreign = await tenant.ask("POST", `/tasks/${root}/approvals/call_1?task_id=${other}`, {
    decision: "approve",
  });
  expect(foreign.status).toBe(404);
});

test("max_descendants holds for the whole tree: what is beyond it is refused, and is no row", async () => {
  const tenant = await Tenant.of({
    lead: { config: refersTo("middle"), limits: { max_descendants: 4 } },
    middle: { config: refersTo("worker") },
    worker: {},
  });
  const scripts = {
    lead: { script: [give("middle", "a", "b"), { text: "done" }] },
    middle: { script: [give("worker", "x", "y", "z"), { text: "half" }] },
    worker: { script: [{ text: "found" }] },
  };
  const root = await tenant.submit("lead", scripts);
  await tenant.until(root, { status: "completed" });
  const rows = await tenant.below(root);
  expect(rows).toHaveLength(4);
  const refused = await Promise.all(
    rows.filter(({ agent }) => agent === "middle").map(({ task_id }) => tenant.log(task_id)),
  );
  const codes = refused
    .flat()
    .flatMap((event) => (event.type === "tool.failed" ? [event.data.code] : []));
  expect(codes).toEqual(["limit_reached", "limit_reached", "limit_reached", "limit_reached"]);
});

test("an agent that is gone when its task is to be made is a failed call", async () => {
  const tenant = await Tenant.of({ lead: { config: refersTo("worker") }, worker: {} });
  const scripts = {
    lead: {
      script: [
        { tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] },
        give("worker", "a"),
        { text: "done" },
      ],
    },
    worker: { script: [{ text: "found" }] },
  };
  const root = await tenant.submit("lead", scripts);
  await tenant.until(root, { waiting_for: "input" });
  await agents.remove(tenant.name, "worker", null, actor());
  await tenant.ask("POST", `/tasks/${root}/messages`, { content: "Go on." });
  await tenant.until(root, { status: "completed" });
  // The version that was pinned is still there.
  expect(await tenant.below(root)).toHaveLength(1);
  const unknown = await tenant.ask("POST", "/tasks", { agent: "lead", input_data: { goal: "x" } });
  expect(unknown).toMatchObject({ status: 422, body: { code: "unknown_agent" } });
});

test("tasks in the background end while the run does other things, and are cancelled with it", async () => {
  const tenant = await Tenant.of({
    lead: {
      config: {
        agents: [
          { agent: "worker", background: true },
          { agent: "slow", background: true },
        ],
      },
    },
    worker: {},
    slow: {},
  });
  const slow = { script: [{ text: "slow", chunks: 100, delay_ms: 200 }] };
  const scripts = {
    lead: {
      script: [
        { tool_calls: [begin("worker"), begin("slow")] },
        { tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] },
        { text: "done" },
      ],
    },
    worker: { script: [{ text: "quick" }] },
    slow,
  };
  const root = await tenant.submit("lead", scripts);
  await tenant.until(root, { waiting_for: "input" });
  await expect.poll(() => tenant.below(root), PATIENT).toHaveLength(2);
  await expect
    .poll(async () => (await tenant.log(root)).map(({ type }) => type), PATIENT)
    .toContain("child.ended");
  await tenant.ask("POST", `/tasks/${root}/messages`, { content: "Go on." });
  await tenant.until(root, { status: "completed" });
  await expect
    .poll(async () => (await tenant.below(root)).map(({ status }) => status).toSorted(), PATIENT)
    .toEqual(["cancelled", "completed"]);
});
