/** Crash points of firings: a timetable that is stopped around every write makes each occurrence once. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { timetableStub } from "../../src/durable/timetable/rpc.ts";
import { newActor } from "../../src/store/audit.ts";
import {
  KILLED,
  MOMENTS,
  TimetableFate,
  timetableFates,
  type TimetableStop,
} from "./killable-timetable.ts";

const SECOND = 1000;
/** Plays side by side: an object that was stopped mostly waits for its next life. */
const WIDTH = 32;
/** Far ahead, so that no alarm fires by itself. */
const START = Date.parse("2035-11-30T12:00:00Z");
const POLICY = {
  catch_up: "last",
  catch_up_window_s: 86_400,
  pause_after_failures: null,
  pause_after_refusals: 1,
};
const SPEC = {
  cron: null,
  anchor: null,
  timezone: "UTC",
  dst_gap: "next",
  dst_overlap: "first",
  exclude: [],
  starts_at: null,
  ends_at: null,
  max_fires: null,
  jitter_s: 0,
};

/** Schedules of each kind: one that starts tasks, that skips, that cancels, and that is refused. */
const SCHEDULES = [
  { name: "allows", overlap: "allow", agent: "default" },
  { name: "skips", overlap: "skip", agent: "default" },
  { name: "cancels", overlap: "cancel_running", agent: "default" },
  { name: "refused", overlap: "allow", agent: "no-such-agent" },
] as const;

/** Does something again for as long as the object is stopped during it. */
async function again(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!String(error).includes(KILLED)) {
        throw error;
      }
    }
  }
}

/** Lets a timetable make three rounds of occurrences, stopped once or not. */
async function play(stop: TimetableStop | null) {
  const tenant = `t-${crypto.randomUUID().slice(0, 12)}`;
  const fate = new TimetableFate(START, stop);
  timetableFates.set(tenant, fate);
  // A stub does not outlive the life of its object.
  const timetable = () => timetableStub(env.TIMETABLES, tenant);
  for (const { name, overlap, agent } of SCHEDULES) {
    const task = { agent, input_data: { goal: "Go." } };
    const definition = JSON.stringify({
      name,
      spec: { ...SPEC, every_s: 10 },
      action: { task },
      policy: { ...POLICY, overlap },
    });
    const id = `schedule_${tenant}_${name}`;
    await again(async () => {
      if ((await timetable().get(id)) === null) {
        await timetable().create({ name, definition }, id, newActor(fate.now, "key_1"));
      }
    });
  }
  for (let round = 0; round < 3; round += 1) {
    fate.now += 10 * SECOND;
    // An alarm whose process died is due again.
    await again(async () => alarmOf(tenant));
    await again(async () => alarmOf(tenant));
  }
  const firings = await Promise.all(
    SCHEDULES.map(async ({ name }) => {
      const request = { status: null, before: null, limit: 100 };
      const found = (await timetable().firings(`schedule_${tenant}_${name}`, request)) ?? [];
      return found.map((firing) => ({ name, firing }));
    }),
  );
  const { results } = await env.DB.prepare("SELECT task_id FROM task WHERE tenant_id = ?")
    .bind(tenant)
    .all<{ task_id: string }>();
  return { fate, firings: firings.flat(), tasks: results.map(({ task_id }) => task_id) };
}

function alarmOf(tenant: string): Promise<void> {
  const stub = env.TIMETABLES.get(env.TIMETABLES.idFromName(tenant));
  return runInDurableObject(stub, (object) => object.alarm());
}

function outcomeOf({ firings }: Awaited<ReturnType<typeof play>>): string[] {
  return firings
    .map(({ name, firing: { occurrence_at, status, reason } }) => {
      return `${name} +${(occurrence_at - START) / SECOND} ${status} ${reason ?? ""}`;
    })
    .toSorted();
}

test(
  "a timetable stopped around every write makes each occurrence once",
  { timeout: 900_000 },
  async () => {
    const undisturbed = await play(null);
    const expected = outcomeOf(undisturbed);
    expect(expected.filter((line) => line.includes("started"))).toHaveLength(7);
    expect(expected.filter((line) => line.includes("skipped_overlap"))).toHaveLength(2);
    expect(expected.filter((line) => line.includes("refused +"))).toHaveLength(1);
    const { writes } = undisturbed.fate;
    const names = new Set(writes);
    for (const name of [
      "schedule",
      "clock",
      "fire",
      "alarm",
      "net",
      "submit",
      "cancel",
      "announce",
    ]) {
      expect(names, [...names].join(" ")).toContain(name);
    }
    // A point is a write with those around it. What is dropped leaves what a stop before it does, so
    // that is tried once for each name.
    const points = new Map(
      writes.flatMap((name, i) =>
        MOMENTS.map((when) => {
          const key = when === "unsafe" ? name : `${writes[i - 1]} ${name} ${writes[i + 1]}`;
          return [`${when} ${key}`, { nth: i + 1, when }] as const;
        }),
      ),
    );
    const rest = points.values();
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        for (const stop of rest) {
          const about = `${stop.when} write ${stop.nth} (${writes[stop.nth - 1]})`;
          const world = await play(stop).catch((error: unknown) => {
            throw new Error(about, { cause: error });
          });
          expect(world.fate.deaths, about).toBe(1);
          expect(outcomeOf(world), about).toEqual(expected);
          const started = world.firings.flatMap(({ firing }) => firing.task_id ?? []);
          expect(world.tasks.toSorted(), about).toEqual(started.toSorted());
          const bodies = [...world.fate.told.values()];
          expect(bodies.length, about).toBe(undisturbed.fate.told.size);
          expect(
            bodies.every(({ size }) => size === 1),
            about,
          ).toBe(true);
        }
      }),
    );
    // oxlint-disable-next-line no-console -- what was enumerated is for people to read
    console.log(`a timetable: ${points.size} stops around ${names.size} kinds of writes`);
  },
);
