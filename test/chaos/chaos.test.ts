/**
 * A seeded run of chaos: a hundred tasks by clients that repeat themselves, with watchers that
 * come and go, on a service whose queue drops and doubles messages and whose process tree is killed
 * at random, and whose receiver of traces mostly fails. Every promise is then checked on every task.
 *
 * The seed decides everything that is decided: the tasks, the faults, the clients' and watchers'
 * moves, and how long the service works before each kill. It does not decide what the machine
 * does: between which two writes a kill falls differs from run to run, so a seed that failed may
 * have to be played more than once. `CHAOS_SEED` plays a seed again, `CHAOS_TASKS` says how many.
 */
import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logHash } from "../../sdk/src/cli/cassette-format.ts";
import { simulate } from "../../src/testing/index.ts";
import type { Cassette, SimulatedEvent } from "../../src/testing/contract.ts";
import { cli } from "../cli.ts";
import { Service } from "../service.ts";
import { listTasks, pause } from "../tasks.ts";
import {
  counterBreaches,
  effectBreaches,
  endBreaches,
  interruptionBreaches,
  isOfLedger,
  logBreaches,
  outcomeBreaches,
  recoveryTimes,
  type Evidence,
} from "./audit.ts";
import { collect } from "./collect.ts";
import { FailingCollector } from "./collector.ts";
import { act, type Client, type Scene } from "./client.ts";
import { Outages } from "./outage.ts";
import { planFor, RETRY_ATTEMPTS, type PlannedTask } from "./plan.ts";
import { Timetabled } from "./timetabled.ts";
import { treeBreaches } from "./tree-audit.ts";
import { createAgents, PRICES } from "./trees.ts";
import { watch, type Watcher } from "./watcher.ts";
import { World } from "./world.ts";
import { CANARY, worldTools } from "./world-tools.ts";

const TASKS = Number(process.env["CHAOS_TASKS"] || 100);
const SEED = process.env["CHAOS_SEED"] || randomBytes(4).toString("hex");
const REPLAY = `Play it again: CHAOS_SEED=${SEED} CHAOS_TASKS=${TASKS} npm run test:chaos`;
/** Age at which the reconciler sends a task again, and the time between two of its runs. */
const RECONCILE_AFTER_MS = 1500;
const CRON_MS = 700;
/** Time that everything has to come to its end when nothing is killed any more. */
const CALM_MS = 90_000 + TASKS * 150;
/** Time after which a service that does nothing is killed all the same. */
const STILL_MS = 5_000;
const plan = planFor(SEED, TASKS);
const clients: Client[] = plan.tasks.map((planned) => ({
  planned,
  accepted: new Set(),
  cancelledAs: null,
  complaints: [],
}));
const watchers: Watcher[] = [];
/** What is wrong with schedules that fired during the kills. */
let unfired: readonly string[] = [];
let evidence: readonly Evidence[] = [];
let broken: readonly unknown[] = [];
/** What the service counts for Prometheus. */
let metrics = "";
let scene: Scene;
let world: World;

// The scene: everything happens here, and the tests look at what is left.
beforeAll(
  async () => {
    say(`chaos: seed ${SEED}, ${TASKS} tasks. ${REPLAY}`);
    world = await World.open(SEED);
    const service = await Service.start({
      config: "test/chaos/wrangler.toml",
      vars: {
        CHAOS_WORLD: world.url,
        OPSPAWN_TOOL_SECRETS: JSON.stringify({ [CANARY.name]: CANARY.value }),
        OPSPAWN_RECONCILE_AFTER_MS: String(RECONCILE_AFTER_MS),
        OPSPAWN_RETRY_ATTEMPTS: String(RETRY_ATTEMPTS),
        OPSPAWN_RETRY_BASE_MS: "30",
        OPSPAWN_DELTA_CHARS: "16",
        OPSPAWN_DELTA_MS: "20",
        OPSPAWN_OTLP: JSON.stringify({ url: `${world.url}/v1/traces`, format: "json" }),
        OPSPAWN_ALLOWED_PRIVATE_HOSTS: new URL(world.url).host,
        OPSPAWN_PRICES: JSON.stringify(PRICES),
      },
    });
    scene = { seed: SEED, service, outages: new Outages(service) };
    await createAgents(service);
    const timetabled = await Timetabled.begin(service);
    await play();
    unfired = await timetabled.breaches(Date.now() + CALM_MS);
    broken = await brokenInvariants();
    metrics = await (await service.request("/metrics")).text();
    evidence = await collect(service);
    tell();
  },
  300_000 + 600 * TASKS,
);
afterAll(async () => {
  await scene?.service.stop();
  await world?.close();
});

async function play(): Promise<void> {
  const patience = new AbortController();
  setMaxListeners(0, patience.signal);
  const watching: Promise<void>[] = [];
  const acting = clients.map((client) =>
    act(scene, client, (taskId) => {
      for (const planned of client.planned.watchers) {
        const fresh = { texts: [], complaints: [], reconnects: 0, over: false };
        const watcher: Watcher = { taskId, plan: planned, ...fresh };
        watchers.push(watcher);
        watching.push(watch(scene, watcher, patience.signal));
      }
    }),
  );
  let over = false;
  const clock = playTheClock(() => over);
  for (const upMs of plan.killAfterMs) {
    // On a busy machine a kill right after the start would meet no run at all.
    await Promise.race([world.nextAct(), pause(STILL_MS)]);
    await pause(upMs);
    await scene.outages.kill();
  }
  await Promise.all(acting);
  const deadline = Date.now() + CALM_MS;
  while (Date.now() < deadline && (await unfinished()).length > 0) {
    await pause(200);
  }
  over = true;
  await clock;
  const late = setTimeout(() => patience.abort(), 120_000);
  await Promise.all(watching);
  clearTimeout(late);
}

/**
 * The local queue lives in memory. On Cloudflare the cron trigger brings back what was lost; here
 * somebody has to play the clock.
 */
async function playTheClock(over: () => boolean): Promise<void> {
  while (!over()) {
    await fetch(`${scene.service.url}/cdn-cgi/local/scheduled`).catch(() => undefined);
    await pause(CRON_MS);
  }
}

/** Tasks that D1 does not show as over. Wakes no run. */
async function unfinished(): Promise<string[]> {
  const pages = await Promise.all(
    ["pending", "running", "waiting"].map((status) =>
      listTasks(scene.service, `?limit=100&status=${status}`),
    ),
  );
  return pages.flatMap(({ data }) => data.map(({ task_id, status }) => `${task_id} is ${status}`));
}

/** What the service itself says is broken, and what is not over although nothing is under way. */
async function brokenInvariants(): Promise<readonly unknown[]> {
  const found: unknown[] = await unfinished();
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `?cursor=${encodeURIComponent(cursor)}`;
    const response = await scene.service.request(`/api/v1/admin/invariants${query}`);
    const page = await response.json<{ data: unknown[]; next_cursor: string | null }>();
    found.push(...page.data);
    cursor = page.next_cursor;
  }
  return found;
}

/** Figures to read, not to test. */
function tell(): void {
  const { fates, acts } = world;
  const { kills } = scene.outages;
  const logs = evidence.flatMap(({ log }) => log);
  const once = [...acts.values()].filter(([first]) => first?.effect === "once");
  const times = evidence.flatMap((one) => recoveryTimes(one, scene.outages));
  const begun = evidence.map(
    ({ row, log }) => Date.parse(log[0]?.at ?? row.created_at) - Date.parse(row.created_at),
  );
  const count = (type: string): number => logs.filter((event) => event.type === type).length;
  const figures = {
    tasks: evidence.length,
    kills: kills.length,
    "messages dropped": fates.drop,
    "messages doubled": fates.twice + fates.again,
    watchers: watchers.length,
    reconnects: watchers.reduce((sum, { reconnects }) => sum + reconnects, 0),
    events: logs.length,
    "once calls": once.length,
    "once duplicates": once.filter((done) => done.length > 1).length,
    "calls done again": [...acts.values()].filter((done) => done.length > 1).length,
    recoveries: times.length,
    "unknown outcomes": count("tool.outcome_unknown"),
    "requests to the receiver of traces": JSON.stringify(world.collector.answers),
    "spans that came": world.collector.spans.size,
    "slowest beginning in ms after the acceptance": Math.max(...begun),
    "slowest recovery in ms after the start of the process": Math.max(0, ...times),
    "slowest start of the process": Math.max(...kills.map(({ gone, up }) => up - gone)),
  };
  say(
    `chaos: ${Object.entries(figures)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`,
  );
  say(`chaos: killed at ${kills.map(({ gone }) => new Date(gone).toISOString()).join(", ")}`);
}

function say(line: string): void {
  // oxlint-disable-next-line no-console -- the seed and the figures are to be read
  console.log(line);
}

/** What a check finds wrong with any task. */
function breaches(
  find: (one: Evidence, planned: PlannedTask, client: Client) => string[],
): string[] {
  return evidence.flatMap((one) => {
    const client = clients[chaosOf(one)];
    return client === undefined
      ? [`${one.row.task_id} belongs to nobody`]
      : find(one, client.planned, client).map(
          (what) =>
            `task ${client.planned.chaos}, ${one.row.task_id}: ${what}. Its log ends: ${tailOf(one)}`,
        );
  });
}

/** The number of a planned task: that of the first task of its tree. */
function chaosOf({ row }: Evidence): number {
  const root = evidence.find((one) => one.row.task_id === row.root_task_id);
  return Number(root?.row.metadata["chaos"]);
}

function tailOf({ log }: Evidence): string {
  return log
    .slice(-8)
    .map(({ seq, type, at }) => `${seq} ${type} ${at}`)
    .join(", ");
}

function expectNone(found: readonly unknown[]): void {
  expect(found, `${found.length} breaches. ${REPLAY}`).toEqual([]);
}

test("chaos really came over the service: interrupted runs, lost and doubled messages, broken connections", () => {
  const { drop, twice, again } = world.fates;
  const reconnects = watchers.reduce((sum, watcher) => sum + watcher.reconnects, 0);
  const types = evidence.flatMap(({ log }) => log.map(({ type }) => type));
  const recoveries = types.filter((type) => type === "recovery.started").length;
  const unknown = types.filter((type) => type === "tool.outcome_unknown").length;
  expect(Math.min(drop, twice, again, reconnects, unknown)).toBeGreaterThan(0);
  expect(recoveries).toBeGreaterThanOrEqual(scene.outages.kills.length);
  // A tree that was cancelled has fewer tasks than were planned.
  expect(evidence.length).toBeGreaterThanOrEqual(plan.tasks.length);
});

test("no task is stuck, and no invariant of the service is broken", () => {
  expectNone(broken);
});

test("every occurrence of a schedule became one task, whatever was killed", () => {
  expectNone(unfired);
});

test("every task that was accepted reaches the end that its undisturbed run has", () => {
  const known = new Set(evidence.map(({ row }) => row.task_id));
  const lost = clients.flatMap(({ accepted }) => [...accepted].filter((id) => !known.has(id)));
  expectNone(lost);
  expectNone(
    breaches((one, planned, { cancelledAs }) =>
      one.row.parent_task_id === null ? endBreaches(one, planned, cancelledAs) : [],
    ),
  );
});

test("a tree has each of its tasks once, and its money is what its logs say", async () => {
  const trees = Map.groupBy(evidence, ({ row }) => row.root_task_id);
  const roots = evidence.filter((one) => clients[chaosOf(one)]?.planned.tree !== null);
  const found = await Promise.all(
    roots
      .filter(({ row }) => row.parent_task_id === null)
      .map((root) => {
        const levels = clients[chaosOf(root)]?.planned.tree ?? [];
        return treeBreaches(scene.service, root, trees.get(root.row.task_id) ?? [], levels);
      }),
  );
  expect(found.length).toBeGreaterThanOrEqual(
    plan.tasks.filter(({ tree }) => tree !== null).length,
  );
  expectNone(found.flat());
});

test("every log is without a gap, has one end, and D1 has what it says", () => {
  expectNone(breaches(logBreaches));
});

test("a client that repeats itself under one key gets one task, and no good request is refused", () => {
  expectNone(clients.flatMap(({ complaints }) => complaints));
  const rows = Map.groupBy(evidence, ({ row }) => Number(row.metadata["chaos"]));
  const keyed = clients.filter(({ planned }) => planned.client.keyed);
  const several = keyed.filter(
    ({ planned, accepted }) => accepted.size !== 1 || rows.get(planned.chaos)?.length !== 1,
  );
  expectNone(several.map(({ planned }) => `task ${planned.chaos} is there several times`));
});

test("what each watcher saw, over all its connections, is what is stored, byte for byte", () => {
  const stored = new Map(evidence.map(({ row, texts }) => [row.task_id, texts.join("\n")]));
  expectNone(watchers.flatMap(({ complaints }) => complaints));
  const differing = watchers.filter(({ taskId, texts }) => texts.join("\n") !== stored.get(taskId));
  expectNone(
    differing.map(
      ({ taskId, plan: { kind }, texts }) => `${kind} on ${taskId} differs after ${texts.length}`,
    ),
  );
});

test("spans that came through a receiver that fails are those of the logs, and none is half sent", () => {
  const { answers, spans } = world.collector;
  const { take = 0, late = 0, hang_up = 0, ...failed } = answers;
  expect(take + late + hang_up).toBeGreaterThan(0);
  expect(Object.values(failed).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0);
  expectNone(breaches((one) => world.collector.breaches(one.texts)));
  const known = FailingCollector.idsOf(evidence.map(({ texts }) => texts));
  expectNone([...spans.keys()].filter((id) => !known.has(id)));
});

test("the counters of recoveries and provider failures are what all logs say", () => {
  expectNone(counterBreaches(metrics, evidence));
});

test("no once effect happens twice, and no effect at all without its intent", () => {
  expectNone(breaches((one) => effectBreaches(one, world.acts)));
});

test("the outcome of each call is what the world answered, or unknown", () => {
  expectNone(breaches((one) => outcomeBreaches(one, world.acts)));
});

test("only a kill interrupts a run, and only an interruption or a cancellation leaves an outcome unknown", () => {
  expectNone(breaches((one) => interruptionBreaches(one, scene.outages)));
});

test("the log of every run replays strictly in Node, without network, and holds no secret", async () => {
  const tools = worldTools(() => Promise.reject(new Error("A replay asks no world.")));
  const logs = evidence.map(({ texts }) => texts.map((one) => JSON.parse(one) as SimulatedEvent));
  const replaying: string[] = [];
  for (const [i, events] of logs.entries()) {
    // Cancelled before it started: there is no run to replay.
    if (events[1]?.type === "run.cancelled" || events.some(isOfLedger)) {
      continue;
    }
    const log_sha256 = logHash(events);
    const task_id = evidence[i]?.row.task_id ?? "";
    const cassette = { format: "opspawn-cassette/1", task_id, log_sha256, events } as const;
    const replayed = await simulate(
      {},
      { cassette: { ...cassette, requests: [], outputs: {} }, tools },
    ).catch((error: unknown) => String(error));
    if (typeof replayed === "string") {
      replaying.push(`${task_id}: ${replayed}`);
    } else if (replayed.log_sha256 !== log_sha256 || replayed.requests.length > 0) {
      replaying.push(
        `${task_id}: ${replayed.log_sha256}, and ${replayed.requests.length} requests`,
      );
    }
  }
  expectNone(replaying);
  // As a user has them: by the command, with the requests to models.
  const interrupted = evidence.filter(
    ({ log }) => log.some(({ type }) => type === "recovery.started") && !log.some(isOfLedger),
  );
  for (const { row } of interrupted.slice(0, 3)) {
    const { url, key } = scene.service;
    const env = { OPSPAWN_URL: url, OPSPAWN_KEY: key };
    const { out } = await cli(["cassette", row.task_id], { env });
    const cassette = JSON.parse(out) as Cassette;
    expect(cassette.requests.length).toBeGreaterThan(0);
    expect((await simulate({}, { cassette, tools })).log_sha256).toBe(cassette.log_sha256);
    expect(out).not.toContain(CANARY.value);
  }
  const text = JSON.stringify(logs);
  expect(text).toContain(`to Bearer [secret ${CANARY.name}]`);
  expect(text).not.toContain(CANARY.value);
});

test("a seed decides the same plan each time", () => {
  expect(planFor(SEED, TASKS)).toEqual(plan);
  expect(planFor(`${SEED}0`, TASKS)).not.toEqual(plan);
});
