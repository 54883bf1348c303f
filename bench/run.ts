/**
 * `npm run bench`: what a run costs. Counts come first (statements, rows, alarms, bytes), since
 * they are the same on every machine; then time, as ratios to floors measured in the same run.
 * The last line is all of it as JSON. `npm run bench -- console` measures the console instead,
 * `npm run bench -- memory` a memory store.
 */
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { memoryOf } from "../test/memory.ts";
import { Service } from "../test/service.ts";
import { startModelServer } from "./model-server.ts";
import { memoryFigures } from "./memory.ts";
import { consoleFigures } from "./console.ts";
import { MODEL_PROVIDERS } from "./models.ts";
import { startStreamServer } from "./stream-server.ts";
import { codeCosts, toolCallCosts } from "./tool-calls.ts";
import type { Sample } from "./worker.ts";

const STEPS = Number(process.env["BENCH_STEPS"] ?? 1000);
/** Five events a step. */
const LONG_STEPS = 2000;
const ROUNDS = 3;
const STEP_ROUNDS = 7;
const ROUND_STEPS = 250;

interface EventLike {
  readonly type: string;
  readonly at: string;
}

/** What is measured, in this order. `BENCH_ONLY=realistic,models` measures only what it names. */
const PARTS = {
  perStep: stepCosts,
  time: stepTimes,
  realistic: realisticRun,
  firstRequest: firstRequests,
  throughput: runThroughput,
  submissions: submitThroughput,
  models: modelCalls,
  waking: wakeTimes,
  toolCalls: toolCallCosts,
  code: () => codeCosts(service),
};
if (process.argv.includes("console")) {
  // Its figures are those of a browser, with a service of its own.
  console.log(JSON.stringify(await consoleFigures()));
  process.exit();
}
if (process.argv.includes("memory")) {
  console.log(JSON.stringify(await memoryFigures()));
  process.exit();
}
const only = process.env["BENCH_ONLY"]?.split(",");
const chosen = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
  (name) => only?.includes(name) !== false,
);
if (chosen.length === 0) {
  throw new Error(`BENCH_ONLY names none of ${Object.keys(PARTS).join(", ")}.`);
}

const model = await startModelServer();
const streams = await startStreamServer();
let service = await started(chosen[0] === "perStep");
try {
  await warmUp();
  const report: Record<string, unknown> = {};
  for (const name of chosen) {
    report[name] = await PARTS[name]();
    if (name === "perStep" && chosen.length > 1) {
      await service.stop();
      service = await started(false);
      await warmUp();
    }
  }
  console.log(JSON.stringify(report));
} finally {
  await service.stop();
  model.close();
  streams.close();
}

/** Starts a service. @param counted whether its runs are counted, which costs time */
function started(counted: boolean): Promise<Service> {
  return Service.start({
    runner: "wrangler dev",
    config: resolve(import.meta.dirname, "wrangler.toml"),
    vars: {
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: "bench",
      ...(counted ? { BENCH_COUNTS: "1" } : {}),
    },
  });
}

async function warmUp(): Promise<void> {
  await post("/bench/prepare", {});
  await run("warm", 50);
  await floor1("warm", 50);
  await floor1("warm-sdk", 50, true);
}

/** One run of the service with `steps` tool calls; resolves when it is over. */
async function run(id: string, steps: number): Promise<string> {
  const taskId = await submit(id, steps);
  await finished(taskId);
  return taskId;
}

async function submit(id: string, steps: number, payload?: number): Promise<string> {
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    body: JSON.stringify({
      input_data: {
        goal: `run ${id} with ${steps} tool calls${payload === undefined ? "" : ` and ${payload} bytes of text`}`,
      },
      agent_config: { model: "openai/bench", tools: ["add_numbers"] },
      // The same call again and again is what is measured here.
      limits: { max_steps: steps + 10, max_repeats: null },
    }),
  });
  const { task_id } = await json<{ task_id: string }>(response);
  return task_id;
}

async function finished(taskId: string): Promise<void> {
  for (;;) {
    const response = await service.request(`/api/v1/tasks/${taskId}`, {
      headers: { Prefer: "wait=60" },
    });
    const { status, error } = await json<{ status: string; error: unknown }>(response);
    if (status === "completed") {
      return;
    }
    if (status !== "running" && status !== "pending") {
      throw new Error(`the run ended ${status}: ${JSON.stringify(error)}\n${service.output}`);
    }
  }
}

async function floor1(id: string, steps: number, sdk = false): Promise<number> {
  const job = { id, steps, sdk, modelUrl: model.url };
  const marks = await json<number[]>(await post("/bench/floor1", job));
  return marks.reduce((sum, ms) => sum + ms, 0) / steps;
}

/** Counts per step, early, in the middle and late in one long run. */
async function stepCosts() {
  const taskId = await run("counted", STEPS);
  const response = await fetch(`${service.url}/bench/counts?tenant=test&task=${taskId}`);
  const { samples, total } = await json<{ samples: Sample[]; total: Sample }>(response);
  const events = await log(taskId);
  const starts = events.filter((event) => event.type === "model.requested");
  console.log(`\nPer step of a run of ${STEPS} steps (one model call, one tool call):`);
  const rows = [10, 100, 1000]
    .filter((step) => step < starts.length)
    .map((step) => {
      const before = samples[step - 1];
      const after = samples[step];
      const width = Math.min(8, step - 1);
      const from = Date.parse(starts[step - width]?.at ?? "");
      const to = Date.parse(starts[Math.min(step + width, starts.length - 1)]?.at ?? "");
      const steps = Math.min(step + width, starts.length - 1) - (step - width);
      return {
        step,
        statements: (after?.statements ?? 0) - (before?.statements ?? 0),
        rowsWritten: (after?.rowsWritten ?? 0) - (before?.rowsWritten ?? 0),
        bytes: (after?.bytes ?? 0) - (before?.bytes ?? 0),
        ms: rounded((to - from) / steps),
      };
    });
  console.table(rows);
  console.log("The whole run:", total);
  return { rows, total };
}

/**
 * Waking: the first look at a log of 10,000 events in a new process, which folds it, against the
 * same look at a short one; and what the folding leaves in memory.
 */
async function wakeTimes() {
  const long = await run("long", LONG_STEPS);
  const events = (await log(long)).length;
  const short = await run("short", 1);
  await service.kill();
  await service.up();
  const look = async (taskId: string): Promise<number> => {
    const begun = performance.now();
    await json(await service.request(`/api/v1/tasks/${taskId}/events?after=0&limit=1`));
    return performance.now() - begun;
  };
  // The first request of a process pays for more than waking.
  await look(await run("first", 1));
  const before = memoryOf(service);
  const shortMs = await look(short);
  const longMs = await look(long);
  const againMs = await look(long);
  const kib = Math.round((memoryOf(service) - before) / 1024);
  console.log(
    `\nWaking: ${events} events ${rounded(longMs)} ms, a short run ${rounded(shortMs)} ms, awake ${rounded(againMs)} ms; ${kib} KiB more in memory.`,
  );
  return {
    events,
    longMs: rounded(longMs),
    shortMs: rounded(shortMs),
    awakeMs: rounded(againMs),
    kib,
  };
}

async function log(taskId: string): Promise<EventLike[]> {
  const events: (EventLike & { seq: number })[] = [];
  for (let more = true; more;) {
    const after = events.at(-1)?.seq ?? 0;
    const response = await service.request(
      `/api/v1/tasks/${taskId}/events?after=${after}&limit=1000`,
    );
    const page = await json<{ data: typeof events; next_cursor: string | null }>(response);
    events.push(...page.data);
    more = page.next_cursor !== null;
  }
  return events;
}

/**
 * Time per step against the first floor, and against the same floor asking by the SDK. Short
 * rounds take turns, so that all three see the same machine; the medians are compared.
 */
async function stepTimes() {
  const rounds = {
    floor: [] as number[],
    sdkFloor: [] as number[],
    ours: [] as number[],
    floor2: [] as number[],
    whole: [] as number[],
  };
  for (let round = 0; round < STEP_ROUNDS; round += 1) {
    rounds.floor.push(await floor1(`floor-${round}`, ROUND_STEPS));
    rounds.sdkFloor.push(await floor1(`sdk-${round}`, ROUND_STEPS, true));
    const events = await log(await run(`time-${round}`, ROUND_STEPS));
    const span = Date.parse(events.at(-1)?.at ?? "") - Date.parse(events[0]?.at ?? "");
    rounds.ours.push(span / (ROUND_STEPS + 1));
    const second = await timed(() => floor2Batch(`floor2-${round}`, 1, ROUND_STEPS));
    rounds.floor2.push(second / ROUND_STEPS);
    const whole = await timed(() => batch(`whole-${round}`, 1, ROUND_STEPS));
    rounds.whole.push(whole / (ROUND_STEPS + 1));
  }
  const floor = median(rounds.floor);
  const sdkFloor = median(rounds.sdkFloor);
  const ours = median(rounds.ours);
  const result = {
    ms: rounded(ours),
    floorMs: rounded(floor),
    sdkFloorMs: rounded(sdkFloor),
    ratio: rounded(ours / floor),
    ratioToSdkFloor: rounded(ours / sdkFloor),
    secondFloorMs: rounded(median(rounds.floor2)),
    ratioToSecondFloor: rounded(median(rounds.whole) / median(rounds.floor2)),
  };
  console.log(
    "\nTime per step against the first floor (aim 1.2), without and with the SDK:",
    result,
  );
  return result;
}

/**
 * A run as an agent's is: text in each reply, streamed, and a conversation that grows with each step
 * (46 KB in the end). The floor is a bare object that sends the same conversation and writes four
 * rows a step. Floor and run take turns.
 */
async function realisticRun() {
  const payload = 256;
  const steps = 100;
  const ours: number[] = [];
  const growth: number[] = [];
  const floors: number[] = [];
  const floor = async (id: string) => {
    const job = { id, steps, payload, modelUrl: model.url };
    const marks = await json<number[]>(await post("/bench/floor1", job));
    floors.push(marks.reduce((sum, ms) => sum + ms, 0) / steps);
  };
  await floor("real-warm");
  await finished(await submit("real-warm-ours", steps, payload));
  floors.length = 0;
  for (let round = 0; round < STEP_ROUNDS; round += 1) {
    await floor(`real-floor-${round}`);
    const taskId = await submit(`real-${round}`, steps, payload);
    await finished(taskId);
    const events = await log(taskId);
    const starts = events.filter(({ type }) => type === "model.requested");
    const at = (step: number): number => Date.parse(starts[step]?.at ?? "");
    ours.push((at(steps) - at(0)) / steps);
    growth.push((at(steps) - at(50)) / 50 / ((at(50) - at(10)) / 40));
  }
  const result = {
    ms: rounded(median(ours)),
    floorMs: rounded(median(floors)),
    ratio: rounded(median(ours) / median(floors)),
    lateToEarly: rounded(median(growth)),
  };
  console.log(
    `\nA run of ${steps} steps, ${payload} bytes of text in each (aim 1.5, late to early 1.1):`,
    result,
  );
  return result;
}

/**
 * From the submission to the first request at the model server, one task after another, against the
 * floor that goes through the queue.
 */
async function firstRequests() {
  const count = 100;
  const ours: number[] = [];
  const floors: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const floorFrom = performance.now();
    await floor2Batch(`first-floor-${i}`, 1, 1);
    floors.push((model.firstRequestAt(`first-floor-${i}-0`) ?? Number.NaN) - floorFrom);
    const from = performance.now();
    await finished(await submit(`first-${i}`, 0));
    ours.push((model.firstRequestAt(`first-${i}`) ?? Number.NaN) - from);
  }
  const result = {
    p50: rounded(quantile(ours, 0.5)),
    p99: rounded(quantile(ours, 0.99)),
    queueP50: rounded(quantile(floors, 0.5)),
    queueP99: rounded(quantile(floors, 0.99)),
  };
  console.log("\nMilliseconds from a submission to its first model request:", result);
  return result;
}

/**
 * Runs per second for 100 runs of 5 steps, 20 at a time, and a run without steps. A run of 5 steps
 * makes 6 model calls, the last for its answer: the floor with the SDK makes as many.
 */
async function runThroughput() {
  const ours: number[] = [];
  const floors: number[] = [];
  const sdkFloors: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(await timed(() => floor2Batch(`floor-many-${round}`, 100, 5)));
    sdkFloors.push(await timed(() => floor2Batch(`sdk-many-${round}`, 100, 6, true)));
    ours.push(await timed(() => batch(`many-${round}`, 100, 5)));
  }
  const floorOne: number[] = [];
  const oursOne: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    floorOne.push(await timed(() => floor2Batch(`one-${round}`, 1, 0)));
    oursOne.push(await timed(() => emptyRun()));
  }
  const result = {
    runsPerSecond: rounded(100_000 / median(ours)),
    floorRunsPerSecond: rounded(100_000 / median(floors)),
    sdkFloorRunsPerSecond: rounded(100_000 / median(sdkFloors)),
    ratio: rounded(median(floors) / median(ours)),
    ratioToSdkFloor: rounded(median(sdkFloors) / median(ours)),
    emptyRunMs: rounded(median(oursOne)),
    floorEmptyRunMs: rounded(median(floorOne)),
  };
  console.log("\nRuns of 5 steps, 20 at a time, against the second floor (aim: level):", result);
  return result;
}

async function emptyRun(): Promise<void> {
  await submitEmpty();
  await drained("/bench/open");
}

/** Submits runs 20 at a time and waits, as for the floor, until D1 has the end of each. */
async function batch(id: string, runs: number, steps: number): Promise<void> {
  await pool(runs, 20, (i) => submit(`${id}-${i}`, steps));
  await drained("/bench/open");
}

async function drained(path: string): Promise<void> {
  for (let open = 1; open > 0;) {
    open = await json<number>(await fetch(`${service.url}${path}`));
    // Asking without pause would take the time that is to be measured.
    await setTimeout(2);
  }
}

async function floor2Batch(id: string, runs: number, steps: number, sdk = false): Promise<void> {
  await pool(runs, 20, async (i) => {
    await post("/bench/floor2", { id: `${id}-${i}`, steps, sdk, modelUrl: model.url });
  });
  await drained("/bench/floor2/open");
}

async function submitEmpty(): Promise<void> {
  const body = { input_data: { goal: "x" }, agent_config: { planner: "placeholder" } };
  await (
    await service.request("/api/v1/tasks", { method: "POST", body: JSON.stringify(body) })
  ).text();
}

/** Submissions per second against a Worker that does one insert and one send. */
async function submitThroughput() {
  const count = 300;
  const ours: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(
      await timed(() =>
        pool(count, 20, async (i) => {
          await post("/bench/floor2", {
            id: `submit-${round}-${i}`,
            steps: 0,
            modelUrl: model.url,
          });
        }),
      ),
    );
    await floor2Batch(`drain-${round}`, 1, 0);
    ours.push(await timed(() => pool(count, 20, submitEmpty)));
    await drained("/bench/open");
  }
  const result = {
    submitsPerSecond: rounded((count * 1000) / median(ours)),
    floorPerSecond: rounded((count * 1000) / median(floors)),
    ratio: rounded(median(floors) / median(ours)),
  };
  console.log("\nSubmissions, 20 at a time (aim 0.9):", result);
  return result;
}

/** A streamed model call through our adapter against the same call by the bare SDK. */
async function modelCalls() {
  const rows = [];
  for (const provider of MODEL_PROVIDERS) {
    const job = { provider, calls: 500, url: streams.url };
    await post("/bench/models", { ...job, calls: 50 });
    const response = await post("/bench/models", job);
    const { bareMs, oursMs } = await json<{ bareMs: number; oursMs: number }>(response);
    rows.push({
      provider,
      bareMs: rounded(bareMs / job.calls),
      oursMs: rounded(oursMs / job.calls),
      ratio: rounded(oursMs / bareMs),
    });
  }
  console.log("\nOne model call of 40 pieces, by the bare SDK and through the port:");
  console.table(rows);
  return rows;
}

async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${service.url}${path}`, { method: "POST", body: JSON.stringify(body) });
}

/** Does `count` things, `width` of them at a time. */
async function pool(
  count: number,
  width: number,
  job: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let i = next++; i < count; i = next++) {
        await job(i);
      }
    }),
  );
}

async function timed(job: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await job();
  return performance.now() - from;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
