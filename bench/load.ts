/**
 * `npm run load`: how the service bears many clients, on loopback, within bounds of count and time.
 * Each figure stands beside the floor of the same run: a Worker that does one D1 insert and one
 * queue send. At the end every task that was accepted must be completed. Names of scenarios as
 * arguments run only those. The last line is all of it as JSON; exit code 1 says that a promise
 * was broken.
 */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Service } from "../test/service.ts";
import { SseWatch } from "../test/watch.ts";
import {
  ask,
  middle,
  rounded,
  succeeded,
  summarise,
  type Answer,
  type Summary,
} from "./load/answers.ts";
import { drive, type Bounds } from "./load/clients.ts";
import { machine, quiet } from "./load/machine.ts";
import { byAutocannon } from "./load/http.ts";
import { reads } from "./load/reads.ts";
import { watchers } from "./load/watchers.ts";

const ROUNDS = 3;
const WATCHERS = 1000;
/** Stress ends at one of these; the bounds of a stage and of the number of stages end it anyway. */
const MAX_ERRORS = 0.05;
const MAX_P95_MS = 2_000;
const STAGES = [25, 50, 100, 150, 200, 300, 400, 600, 800, 1200, 1600] as const;
const STAGE_MS = 8_000;
/** How many times the clients that broke it come in the end. */
const BEYOND = 4;
/** Longest time that a task may take to its end while it is watched. */
const WATCH_MS = 30_000;
const DRAIN_MS = 180_000;

const CONFIG = resolve(import.meta.dirname, "wrangler.toml");
const TASK = { task_type: "agent_run", input_data: { goal: "What is 17% of 2,340?" } };

interface Page {
  readonly data: readonly { readonly task_id: string; readonly status: string }[];
  readonly next_cursor: string | null;
}

/** Ids of all tasks that were answered with 201. */
const accepted = new Set<string>();
const broken: string[] = [];
let service: Service;
let jobs = 0;

const scenarios = { submit, original, mixed, stress };
const asked = process.argv.slice(2);
const report: Record<string, unknown> = { machine: machine() };
console.log(report["machine"]);

service = await Service.start({ runner: "wrangler dev", config: CONFIG });
try {
  await ask(() => post("/bench/prepare", {}));
  await drive({ clients: 10, forMs: 10_000, atMost: 100 }, async () => void (await submitOne()));
  await drive({ clients: 10, forMs: 10_000, atMost: 100 }, async () => void (await floorOne()));
  await drained();
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (asked.length === 0 || asked.includes(name)) {
      console.log(`\n${name}`);
      const rows = await scenario();
      console.table(rows);
      report[name] = rows;
    }
  }
  report["tasks"] = await ends();
} finally {
  await service.stop();
}
if (asked.length === 0 || asked.includes("read")) {
  console.log("\nread");
  report["read"] = await reads(CONFIG, async (fresh) => {
    const response = await fresh.request("/api/v1/tasks", {
      method: "POST",
      headers: { Prefer: "wait=30" },
      body: JSON.stringify(TASK),
    });
    return (await response.json<{ task_id: string }>()).task_id;
  });
  console.table(report["read"]);
}
if (asked.length === 0 || asked.includes("http")) {
  console.log("\nhttp");
  report["http"] = await byAutocannon(CONFIG, async (fresh) => {
    service = fresh;
    await drained();
  });
  console.table(report["http"]);
}
if (asked.length === 0 || asked.includes("watch")) {
  console.log("\nwatch");
  report["watch"] = await watch();
  console.table(report["watch"]);
}
for (const line of broken) {
  console.error(`BROKEN: ${line}`);
  process.exitCode = 1;
}
console.log(JSON.stringify({ ...report, broken }));

/** Submissions alone, by few and by many, in turns with the floor. */
async function submit() {
  const rows = [];
  for (const clients of [1, 10, 50]) {
    const bounds = { clients, forMs: 15_000, atMost: 300 };
    const ours: Summary[] = [];
    const floors: Summary[] = [];
    let busy = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      busy = Math.max(busy, await quiet());
      floors.push(await measured("floor", bounds, floorOne));
      ours.push(await measured("submit", bounds, submitOne));
    }
    const us = middle(ours);
    const floor = middle(floors);
    const ratio = rounded(us.perSecond / floor.perSecond, 100);
    rows.push({
      clients,
      ...row(us),
      floorPerSecond: floor.perSecond,
      floorP95: floor.p95,
      ratio,
      busy,
    });
  }
  return rows;
}

/** What the system before this one was loaded with: users who pause half a second to two. */
async function original() {
  const rows = [];
  for (const clients of [1, 10]) {
    const busy = await quiet();
    const bounds = { clients, forMs: 20_000, rest: userPause };
    const summary = await measured("original", bounds, submitOne);
    rows.push({ clients, ...row(summary), busy });
  }
  return rows;
}

function userPause(): number {
  return 500 + Math.random() * 1_500;
}

/** Clients who submit, read, list and watch, each to the end of its task. */
async function mixed() {
  const kinds = ["submit", "read", "list", "watch"] as const;
  const rounds: Record<(typeof kinds)[number], Summary[]> = {
    submit: [],
    read: [],
    list: [],
    watch: [],
  };
  let busy = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    busy = Math.max(busy, await quiet());
    const answers: Record<(typeof kinds)[number], Answer[]> = {
      submit: [],
      read: [],
      list: [],
      watch: [],
    };
    const took = await drive({ clients: 10, forMs: 8_000 }, async () => {
      const submitted = await submitOne();
      answers.submit.push(submitted);
      if (!succeeded(submitted)) {
        return;
      }
      const id = idOf(submitted);
      answers.read.push(await read(`/api/v1/tasks/${id}`));
      answers.list.push(await read("/api/v1/tasks?limit=20"));
      answers.watch.push(await watchOne(id));
      answers.read.push(await read(`/api/v1/tasks/${id}`));
    });
    for (const kind of kinds) {
      rounds[kind].push(judged(`mixed ${kind}`, summarise(answers[kind], took)));
    }
    await drained();
  }
  const rows = [];
  for (const kind of kinds) {
    rows.push({ kind, clients: 10, ...row(middle(rounds[kind])), busy });
  }
  return rows;
}

/** More and more clients without a pause, until it breaks; then far more, to see how it fails. */
async function stress() {
  const rows = [];
  let clients = 0;
  for (const stage of STAGES) {
    clients = stage;
    const busy = await quiet();
    const summary = await measured("stress", { clients, forMs: STAGE_MS }, submitOne);
    const broke = summary.errors >= MAX_ERRORS ? "errors" : summary.p95 >= MAX_P95_MS ? "p95" : "";
    rows.push({ clients, ...row(summary), busy, broke });
    if (broke !== "") {
      break;
    }
  }
  clients *= BEYOND;
  const busy = await quiet();
  const summary = await measured("beyond", { clients, forMs: STAGE_MS }, submitOne);
  rows.push({ clients, ...row(summary), busy, broke: "beyond" });
  return rows;
}

/** A thousand watchers on a run at rest, and on a bare object, each in a process of its own. */
async function watch() {
  const rest = {
    agent_config: { model: "local/script" },
    input_data: {
      goal: "Rest.",
      script: [{ tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] }],
    },
  };
  service = await Service.start({ runner: "wrangler dev", config: CONFIG });
  try {
    const body = JSON.stringify(rest);
    const headers = { Prefer: "wait=30" };
    const task = await ask(() =>
      service.request("/api/v1/tasks", { method: "POST", headers, body }),
    );
    const path = `/api/v1/tasks/${idOf(task)}`;
    const busy = await quiet();
    const ours = await watchers(
      service,
      {
        path: `${path}/events?after=0`,
        ready: "caught_up",
        event: "run.cancelled",
        count: WATCHERS,
      },
      () => service.request(`${path}/cancel`, { method: "POST", body: "{}" }),
    );
    // What the log has of the event is as long as this.
    const text = `told ${"x".repeat(190)}`;
    await service.stop();
    service = await Service.start({ runner: "wrangler dev", config: CONFIG });
    const floor = await watchers(
      service,
      { path: "/bench/watch", ready: "ready", event: "told", count: WATCHERS },
      () => fetch(`${service.url}/bench/tell`, { method: "POST", body: text }),
    );
    return [
      { of: "a run", ...ours, busy },
      { of: "a bare object", ...floor, busy },
    ];
  } finally {
    await service.stop();
  }
}

/** Lets clients do one thing within bounds, then waits until all tasks are over. */
async function measured(
  what: string,
  bounds: Bounds,
  job: () => Promise<Answer>,
): Promise<Summary> {
  const answers: Answer[] = [];
  const took = await drive(bounds, async () => {
    answers.push(await job());
  });
  await drained();
  return judged(`${what} with ${bounds.clients} clients`, summarise(answers, took));
}

/** Notes answers that no client should get. */
function judged(what: string, summary: Summary): Summary {
  if (summary.improper > 0) {
    broken.push(`${what}: ${summary.improper} of ${JSON.stringify(summary.answers)}`);
  }
  return summary;
}

/** A summary as a line of a table. */
function row(summary: Summary) {
  const { requests, perSecond, p50, p95, p99, errors } = summary;
  const told = Object.entries(summary.answers).map(([status, count]) => `${count} × ${status}`);
  return { requests, perSecond, p50, p95, p99, errors, answers: told.join(", ") };
}

async function submitOne(): Promise<Answer> {
  const body = JSON.stringify(TASK);
  const answer = await ask((signal) =>
    service.request("/api/v1/tasks", { method: "POST", body, signal }),
  );
  if (succeeded(answer)) {
    accepted.add(idOf(answer));
  }
  return answer;
}

function floorOne(): Promise<Answer> {
  jobs += 1;
  const job = { id: `floor-${jobs}`, steps: 0, modelUrl: "" };
  return ask((signal) => post("/bench/floor2", job, signal));
}

function read(path: string): Promise<Answer> {
  return ask((signal) => service.request(path, { signal }));
}

/** Follows a task to its end; a stream that ends otherwise is a failure. */
async function watchOne(id: string): Promise<Answer> {
  const from = performance.now();
  try {
    const stream = await SseWatch.open(service, id);
    const patience = setTimeout(() => stream.drop(), WATCH_MS);
    await stream.done.finally(() => clearTimeout(patience));
    const whole = stream.texts.at(-1)?.includes('"type":"run.completed"') === true;
    const status = whole ? "200" : "cut";
    return { ms: performance.now() - from, status, proper: whole, body: "" };
  } catch (error) {
    return { ms: performance.now() - from, status: "refused", proper: false, body: String(error) };
  }
}

function idOf({ body }: Answer): string {
  return (JSON.parse(body) as { task_id: string }).task_id;
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init = { method: "POST", body: JSON.stringify(body) };
  return fetch(service.url + path, signal === undefined ? init : { ...init, signal });
}

/** Waits until no task is open in D1, the floor's included. */
async function drained(): Promise<void> {
  const deadline = performance.now() + DRAIN_MS;
  for (const path of ["/bench/open", "/bench/floor2/open"]) {
    for (let open = 1; open > 0;) {
      open = await (await fetch(service.url + path)).json<number>();
      if (performance.now() > deadline) {
        broken.push(`${open} tasks had not ended after ${DRAIN_MS / 1000} s`);
        return;
      }
      await sleep(20);
    }
  }
}

/** How the accepted tasks ended, by the service's own list. All of them must be completed. */
async function ends() {
  const statuses = new Map<string, string>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = JSON.parse((await read(`/api/v1/tasks?limit=100${from}`)).body) as Page;
    for (const { task_id, status } of page.data) {
      statuses.set(task_id, status);
    }
    cursor = page.next_cursor;
  }
  const completed = [...accepted].filter((id) => statuses.get(id) === "completed").length;
  if (completed < accepted.size) {
    broken.push(`${accepted.size - completed} accepted tasks are not completed`);
  }
  const result = { accepted: accepted.size, completed, inTheList: statuses.size };
  console.log("\nTasks:", result);
  return result;
}
