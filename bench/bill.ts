/**
 * `npm run bill`: what a task uses of all that the platform bills, counted in the service as it is,
 * and written to `bench/bill/counts.json`, which `npm run cost` multiplies with prices. Counts are
 * the same on every machine; nothing here is a time.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { INDEX_FROM } from "../src/run/memory/limits.ts";
import { Service } from "../test/service.ts";
import { emptyBill, type Bill } from "./bill/counting.ts";
import { startModelServer } from "./model-server.ts";

const FILE = resolve(import.meta.dirname, "bill/counts.json");
const MORE_STEPS = 10;
/** Tasks over which what is counted for many at once is divided. */
const MANY = 50;
const FIRINGS = 6;
const CHILDREN = 5;
const SAVES = 10;
const DAY_MS = 86_400_000;

/** Slow enough for the run to be seen before and after its wait. */
const ANSWER = { text: "Done.", chunks: 4, delay_ms: 100 };

let submitted = 0;

const model = await startModelServer();
const service = await Service.start({
  runner: "wrangler dev",
  config: resolve(import.meta.dirname, "bill/wrangler.toml"),
  vars: {
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: "bench",
    // A model that costs something passes the tenant's ledger.
    OPSPAWN_PRICES: JSON.stringify({
      "openai/bench": { input: 1_000_000, cached_input: 0, cache_write: 0, output: 1_000_000 },
    }),
    // Each request looks its key up: what is saved by remembering it depends on who calls.
    OPSPAWN_KEY_CACHE_MS: "0",
    // With a real model every run lives long enough to be shown as running.
    OPSPAWN_STATUS_DELAY_MS: "1",
  },
});
try {
  const counts = await count();
  console.log(JSON.stringify(counts, null, 2));
  if (process.argv.includes("--check")) {
    const { default: known } = await import("./bill/counts.json", { with: { type: "json" } });
    process.exitCode = isDeepStrictEqual(known, counts) ? 0 : 1;
  } else {
    writeFileSync(FILE, `${JSON.stringify(counts, null, 2)}\n`);
  }
} finally {
  await service.stop();
  model.close();
}

async function count() {
  // The first task of a tenant makes what the others find.
  await used(() => task("warm", 1));
  const short = await used(() => task("short", 1));
  const long = await used(() => task("long", 1 + MORE_STEPS));
  const step = divided(minus(long.bill, short.bill), MORE_STEPS);
  const base = minus(short.bill, step);

  // Held until the task is over, as a client waits that does not watch.
  const held = await used(async () => json(awaited(await task("held", 1))));
  const watched = await watchedRun("short", 1);
  const watchedMore = await watchedRun("long", 1 + MORE_STEPS);
  const watchedStep = divided(minus(watchedMore, watched), MORE_STEPS);

  const plain = await used(() => scripted([tool("add_numbers", { a: 1, b: 1 })]));
  const waiting = await used(() => scripted([tool("wait", { seconds: 4 })]));
  const wait = minus(waiting.bill, plain.bill);

  const firing = await firings();
  const child = await children();
  const memory = await memories(plain.bill);

  const sizes = await Promise.all([size(short.result), size(long.result)]);
  const [shortSize, longSize] = sizes;
  for (let i = 0; i < MANY; i += 1) {
    await task(`many-${i}`, 1);
  }
  const grown = await size(short.result);

  // A task is deleted long after its object has slept.
  await service.kill();
  await service.up();
  await used(() => reconcile(Date.now()));
  const minute = await used(() => reconcile(Date.now()));
  const ended = await used(() => reconcile(Date.now() + 31 * DAY_MS));
  const idle = await used(() => reconcile(Date.now() + 31 * DAY_MS));
  const deletion = divided(minus(ended.bill, idle.bill), submitted);

  // With a budget the tenant's ledger is asked before each model call.
  await json(
    service.request("/api/v1/budgets/tenant/month", {
      method: "PUT",
      body: JSON.stringify({ max_cost_usd: 1000 }),
    }),
  );
  const budgeted = await used(() => task("budgeted", 1));
  const budgetedMore = await used(() => task("budgeted-more", 1 + MORE_STEPS));
  const budgetedStep = divided(minus(budgetedMore.bill, budgeted.bill), MORE_STEPS);

  return {
    task: base,
    step,
    read: minus(held.bill, short.bill),
    watcher: minus(watched, watchedStep),
    watchedStep,
    wait,
    firing: minus(firing, plain.bill),
    child,
    ...memory,
    budgetedStep: minus(budgetedStep, step),
    deletion,
    minute: minute.bill,
    bytes: {
      object: shortSize.object,
      objectStep: (longSize.object - shortSize.object) / MORE_STEPS,
      database: Math.round((grown.database - longSize.database) / MANY),
    },
  };
}

/**
 * One firing with its task, of a schedule that fires every ten seconds, on average over some: D1 is
 * told the next alarm once in several firings.
 */
async function firings(): Promise<Bill> {
  const body = {
    name: "measured",
    spec: { every_s: 10, max_fires: FIRINGS },
    action: { task: scriptedTask([tool("add_numbers", { a: 1, b: 1 })]) },
  };
  const made = await used(async () => {
    const { id } = await json<{ id: string }>(
      service.request("/api/v1/schedules", { method: "POST", body: JSON.stringify(body) }),
    );
    await setTimeout((FIRINGS + 1) * 10_000);
    return id;
  });
  submitted += FIRINGS;
  const creation = await used(async () => {
    const later = { ...body, name: "later", spec: { every_s: 86_400 } };
    await json(
      service.request("/api/v1/schedules", { method: "POST", body: JSON.stringify(later) }),
    );
  });
  return divided(minus(made.bill, creation.bill), FIRINGS);
}

/** One task that a run starts side by side with others, in addition to what it uses itself. */
async function children(): Promise<Bill> {
  const script = [ANSWER];
  const config = { model: "local/script" };
  for (const agent of [
    { name: "measured-worker", config },
    { name: "measured-lead", config: { ...config, agents: [{ agent: "measured-worker" }] } },
  ]) {
    await json(service.request("/api/v1/agents", { method: "POST", body: JSON.stringify(agent) }));
  }
  const family = (tasks: number) => {
    const call = { name: "agent_measured-worker", arguments: { goal: "measure" } };
    const calls = {
      tool_calls: Array.from({ length: tasks }, () => call),
      chunks: 2,
      delay_ms: 100,
    };
    const input_data = {
      goal: "measure",
      script: [calls, ANSWER],
      script_agents: { "measured-worker": { script } },
    };
    submitted += tasks;
    return submit({ agent: "measured-lead", input_data });
  };
  await used(() => family(1));
  const one = await used(() => family(1));
  const many = await used(() => family(1 + CHILDREN));
  const alone = await used(() =>
    submit({ agent: "measured-worker", input_data: { goal: "measure", script } }),
  );
  return minus(divided(minus(many.bill, one.bill), CHILDREN), alone.bill);
}

/**
 * What a recall adds to a task, and what a save adds to a tool call: below the number of items from
 * which a store has an index, and above it.
 * @param plain a task with one tool call
 */
async function memories(plain: Bill) {
  const store = "/api/v1/memory/tenant/items";
  const save = (i: number) => {
    const body = JSON.stringify({ content: `Fact number ${i} of those that are measured.` });
    return json(service.request(store, { method: "POST", body }));
  };
  const side = (name: string, args: (i: number) => object) => ({
    tool_calls: Array.from({ length: SAVES }, (_, i) => ({ name, arguments: args(i) })),
    chunks: 2,
    delay_ms: 100,
  });
  const saving = side("memory_save", (i) => ({ content: `A saved fact, number ${i}.` }));
  await used(() => save(0));
  const recalling = await used(() => remembering(tool("add_numbers", { a: 1, b: 1 })));
  const adding = await used(() => remembering(side("add_numbers", (i) => ({ a: i, b: 1 }))));
  const few = await used(() => remembering(saving));
  for (let i = 1; i < INDEX_FROM; i += 1) {
    await save(i);
  }
  const adding2 = await used(() => remembering(side("add_numbers", (i) => ({ a: i, b: 1 }))));
  const many = await used(() => remembering(saving));
  return {
    recall: minus(recalling.bill, plain),
    save: divided(minus(few.bill, adding.bill), SAVES),
    indexedSave: divided(minus(many.bill, adding2.bill), SAVES),
  };
}

/** A task that recalls from the tenant's memory store, and makes the calls of one turn. */
function remembering(calls: object): Promise<string> {
  return submit({
    input_data: { goal: "measure", script: [calls, ANSWER] },
    agent_config: {
      model: "local/script",
      long_term_memory: { stores: [{ scope: "tenant", access: "write" }] },
    },
  });
}

/** What something used, when all that it began is over. */
async function used<T>(job: () => Promise<T>): Promise<{ bill: Bill; result: T }> {
  await asked("/bill/take");
  const result = await job();
  await settled();
  return { bill: await asked<Bill>("/bill/take"), result };
}

/** The last alarm of a run fires after its end is in D1. */
async function settled(): Promise<void> {
  for (let open = 1; open > 0;) {
    open = await asked<number>("/bill/open");
    await setTimeout(50);
  }
  await setTimeout(1500);
}

async function task(id: string, steps: number, more: object = {}): Promise<string> {
  return submit({
    ...more,
    input_data: { goal: `run ${id} with ${steps} tool calls` },
    agent_config: { model: "openai/bench", tools: ["add_numbers"] },
    limits: { max_steps: steps + 10, max_repeats: null },
  });
}

async function scripted(turns: readonly object[]): Promise<string> {
  return submit(scriptedTask(turns));
}

function scriptedTask(turns: readonly object[]) {
  return {
    input_data: { goal: "measure", script: [...turns, ANSWER] },
    agent_config: { model: "local/script" },
  };
}

function tool(name: string, args: object): object {
  return { tool_calls: [{ name, arguments: args }], chunks: 2, delay_ms: 100 };
}

async function submit(body: object): Promise<string> {
  submitted += 1;
  const response = service.request("/api/v1/tasks", { method: "POST", body: JSON.stringify(body) });
  return (await json<{ task_id: string }>(response)).task_id;
}

function awaited(taskId: string): Promise<Response> {
  return service.request(`/api/v1/tasks/${taskId}`, { headers: { Prefer: "wait=60" } });
}

/** What one who watches over SSE adds to a run, from before its first step to its end. */
async function watchedRun(id: string, steps: number): Promise<Bill> {
  // The run begins later, so that no step passes before there is somebody to see it.
  const later = (who: string) =>
    task(`${who}-${id}`, steps, { scheduled_at: new Date(Date.now() + 3000).toISOString() });
  const alone = await used(() => later("alone"));
  const seen = await used(async () => {
    const stream = await service.request(`/api/v1/tasks/${await later("seen")}/events`, {
      headers: { Accept: "text/event-stream" },
    });
    await stream.text();
  });
  return minus(seen.bill, alone.bill);
}

function size(taskId: string): Promise<{ database: number; object: number }> {
  return asked(`/bill/size?task=${taskId}`);
}

function reconcile(at: number): Promise<unknown> {
  return fetch(`${service.url}/bill/reconcile?at=${at}`).then((response) => response.text());
}

async function asked<T>(path: string): Promise<T> {
  return json<T>(fetch(`${service.url}${path}`));
}

async function json<T>(response: Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

function minus(a: Bill, b: Bill): Bill {
  return each((name) => a[name] - b[name]);
}

function divided(bill: Bill, by: number): Bill {
  return each((name) => Math.round((bill[name] / by) * 100) / 100);
}

function each(of: (name: keyof Bill) => number): Bill {
  const bill = emptyBill();
  for (const name of Object.keys(bill) as (keyof Bill)[]) {
    bill[name] = of(name);
  }
  return bill;
}
