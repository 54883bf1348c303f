/** A timetable: what it makes of due occurrences, and the commands of clients. */
import { expect, test } from "vitest";
import { readDefinition } from "../../src/run/schedule/definition.ts";
import { preview } from "../../src/run/schedule/occurrences.ts";
import { timingOf } from "../../src/run/schedule/spec.ts";
import { TimetableWorld } from "../timetable-world.ts";

const S = 1000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;
const START = Date.parse("2026-11-30T12:00:00Z");

test("an occurrence becomes one task, which knows what it is for", async () => {
  const world = new TimetableWorld(START);
  await world.create({ every_s: 60 }, {}, "report", {
    input_data: { goal: "Report on {{schedule.occurrence_at}}." },
  });
  await world.pass(2 * MINUTE);
  expect(world.story(START)).toEqual(["+60 cron started", "+120 cron started"]);
  expect([...world.tasks.values()].map(({ input }) => input)).toEqual([
    {
      goal: "Report on 2026-11-30T12:01:00.000Z.",
      schedule: {
        schedule_id: "schedule_report",
        name: "report",
        occurrence_at: "2026-11-30T12:01:00.000Z",
        previous_at: "2026-11-30T12:00:00.000Z",
        trigger: "cron",
      },
    },
    expect.objectContaining({ goal: "Report on 2026-11-30T12:02:00.000Z." }),
  ]);
  expect(world.faults).toEqual([]);
});

test("a task of 35 seconds every 10 seconds is skipped over, with a notice of each", async () => {
  const world = new TimetableWorld(START);
  world.taskMs = 35 * S;
  await world.create({ every_s: 10 }, { overlap: "skip" });
  await world.pass(50 * S);
  expect(world.story(START)).toEqual([
    "+10 cron started",
    "+20 cron skipped_overlap",
    "+30 cron skipped_overlap",
    "+40 cron skipped_overlap",
    "+50 cron started",
  ]);
  const bodies = [...world.notices.values()].map((sent) => [...sent].map((b) => JSON.parse(b)));
  expect(bodies).toHaveLength(3);
  expect(bodies[0]).toMatchObject([
    {
      type: "schedule.skipped",
      data: {
        name: "report",
        status: "skipped_overlap",
        occurrence_at: "2026-11-30T12:00:20.000Z",
      },
    },
  ]);
});

test("of occurrences that wait, exactly one follows as soon as the task has ended", async () => {
  const world = new TimetableWorld(START);
  world.taskMs = 35 * S;
  await world.create({ every_s: 10, max_fires: 2 }, { overlap: "queue_one" });
  await world.pass(2 * MINUTE);
  expect(world.story(START)).toEqual(["+10 cron started", "+20 cron started"]);
  const started = [...world.tasks.values()].map(({ startedAt }) => (startedAt - START) / S);
  expect(started).toEqual([10, 45]);
});

test("a waiting occurrence starts even if the news of the end is lost", async () => {
  const world = new TimetableWorld(START);
  world.taskMs = 10 * MINUTE;
  await world.create({ every_s: 30, max_fires: 2 }, { overlap: "queue_one" });
  await world.pass(MINUTE);
  const [first] = world.tasks.values();
  if (first !== undefined) {
    // Cancelled in the database, and nothing tells the timetable.
    world.endInSilence(first.id);
  }
  await world.pass(MINUTE + S);
  expect(world.tasks.size).toBe(2);
});

test("a running task is cancelled for the next occurrence", async () => {
  const world = new TimetableWorld(START);
  world.taskMs = 35 * S;
  await world.create({ every_s: 10 }, { overlap: "cancel_running" });
  await world.pass(30 * S);
  expect(world.story(START)).toEqual(["+10 cron started", "+20 cron started", "+30 cron started"]);
  const ends = [...world.tasks.values()].map(({ end }) => end);
  expect(ends).toEqual(["cancelled", "cancelled", "completed"]);
});

test.each([
  ["last", 1, { missed: 59, superseded: true }],
  ["none", 0, { missed: 60, superseded: false }],
  ["all", 60, { missed: 0, superseded: false }],
] as const)(
  "after an hour without the service, catch_up %s makes %i",
  async (catch_up, made, { missed }) => {
    const world = new TimetableWorld(START + 40 * S);
    await world.create(
      { every_s: null, cron: ["* * * * *"] },
      { catch_up, overlap: "allow", catch_up_window_s: 7200 },
    );
    world.kill();
    // The alarm fires late, as after an outage.
    world.now += HOUR;
    await world.pass(100);
    const firings = world.firings();
    const started = firings.filter(({ status }) => status === "started");
    expect(started).toHaveLength(made);
    expect(started.every(({ trigger }) => trigger === "catch_up")).toBe(true);
    expect(firings.filter(({ status }) => status === "missed")).toHaveLength(missed);
    expect(new Set(firings.map(({ occurrence_at }) => occurrence_at)).size).toBe(60);
    expect(started.at(0)?.occurrence_at).toBe(made === 0 ? undefined : START + HOUR);
  },
);

test("catching up all does not run them side by side unless the schedule allows it", async () => {
  const world = new TimetableWorld(START + 40 * S);
  world.taskMs = S;
  await world.create(
    { every_s: null, cron: ["* * * * *"], ends_at: "2026-11-30T12:05:00Z" },
    { catch_up: "all" },
  );
  world.now += HOUR;
  await world.fire();
  expect(world.tasks.size).toBe(1);
  await world.pass(10 * S);
  const starts = [...world.tasks.values()].map(
    ({ startedAt }) => startedAt - START - HOUR - 40 * S,
  );
  expect(starts).toEqual([0, S, 2 * S, 3 * S]);
});

test("a long outage leaves one record of what was missed, and late ones are out of the window", async () => {
  const world = new TimetableWorld(START);
  await world.create({ every_s: 10 }, { catch_up: "all", overlap: "allow", catch_up_window_s: 60 });
  world.now += 24 * HOUR;
  await world.pass(100);
  const counts = world.firings().map(({ status, count }) => [status, count] as const);
  const sum = (wanted: string) =>
    counts.filter(([status]) => status === wanted).reduce((all, [, count]) => all + count, 0);
  expect(sum("started")).toBe(6);
  expect(sum("missed")).toBe(24 * 360 - 6);
  expect(counts.length).toBeLessThan(40);
});

test("a pause keeps its note through an edit, and resuming makes nothing of the past", async () => {
  const world = new TimetableWorld(START);
  const { schedule_id: id, definition } = await world.create({ every_s: 60 });
  await world.pass(90 * S);
  await world.commands.pause(id, "The source is down.", null, world.actor());
  await world.pass(10 * MINUTE);
  expect(world.tasks.size).toBe(1);
  const changed = JSON.parse(definition);
  changed.spec.every_s = 30;
  const input = { name: "report", definition: JSON.stringify(changed) };
  const edited = await world.commands.replace(id, input, null, world.actor());
  expect(edited).toMatchObject({
    ok: true,
    schedule: { state: "paused", note: "The source is down.", paused_by: "key_1", next_at: null },
  });
  await world.pass(10 * MINUTE);
  expect(world.tasks.size).toBe(1);
  const resumed = await world.commands.resume(id, null, null, world.actor());
  expect(resumed).toMatchObject({ ok: true, schedule: { state: "active", note: null } });
  const at = world.now;
  await world.pass(40 * S);
  const made = world.firings().filter(({ occurrence_at }) => occurrence_at >= START + 2 * MINUTE);
  expect(made.map(({ occurrence_at }) => occurrence_at > at)).toEqual([true]);
  expect(world.audited).toEqual([
    "schedule.created",
    "schedule.paused",
    "schedule.changed",
    "schedule.resumed",
  ]);
});

test("a dry run shows what a backfill makes, and a second backfill makes nothing", async () => {
  const world = new TimetableWorld(START);
  const { schedule_id: id } = await world.create({ every_s: null, cron: ["0 * * * *"] });
  const request = { from: START - 24 * HOUR, to: START, overlap: "allow" as const };
  const dry = await world.extra.backfill(id, { ...request, dry_run: true }, world.actor());
  expect(world.tasks.size).toBe(0);
  const real = await world.extra.backfill(id, { ...request, dry_run: false }, world.actor());
  expect(real).toEqual(dry);
  await world.pass(S);
  expect(world.firings().map(({ status }) => status)).toEqual(Array(24).fill("started"));
  expect(
    world
      .firings()
      .map(({ occurrence_at }) => occurrence_at)
      .toReversed(),
  ).toEqual(real.ok ? real.occurrences : []);
  const again = await world.extra.backfill(id, { ...request, dry_run: false }, world.actor());
  expect(again).toEqual({ ok: true, occurrences: [] });
  const wide = { from: START - 1000 * 24 * HOUR, to: START, overlap: null, dry_run: false };
  expect(await world.extra.backfill(id, wide, world.actor())).toEqual({
    ok: false,
    reason: "too_many",
  });
});

test("a clock that is set back an hour makes nothing twice", async () => {
  const world = new TimetableWorld(START);
  await world.create({ every_s: 60 });
  await world.pass(5 * MINUTE);
  world.now -= HOUR;
  await world.core.wake();
  await world.pass(HOUR + 2 * MINUTE);
  const at = world.firings().map(({ occurrence_at }) => (occurrence_at - START) / MINUTE);
  expect(at.toReversed()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("three refusals in a row pause a schedule, with a notice and an audit entry", async () => {
  const world = new TimetableWorld(START);
  world.refusal = { ok: false, code: "unknown_agent", message: 'Unknown agent "gone".' };
  const { schedule_id: id } = await world.create({ every_s: 60 });
  await world.pass(10 * MINUTE);
  expect(world.story(START)).toEqual([
    "+60 cron refused unknown_agent",
    "+120 cron refused unknown_agent",
    "+180 cron refused unknown_agent",
  ]);
  expect(world.listing.state(id)).toMatchObject({
    state: "paused",
    paused_by: "service",
    note: '3 submissions were refused in a row: Unknown agent "gone".',
    skipped: 3,
  });
  const types = [...world.notices.values()].map((sent) => JSON.parse([...sent][0] ?? "{}").type);
  expect(types).toEqual([...Array(3).fill("schedule.skipped"), "schedule.paused"]);
  expect(world.audited).toEqual(["schedule.created", "schedule.paused"]);
});

test("failed tasks in a row pause a schedule that asks for it", async () => {
  const world = new TimetableWorld(START);
  world.taskMs = S;
  world.taskEnd = "failed";
  const { schedule_id: id } = await world.create({ every_s: 60 }, { pause_after_failures: 2 });
  await world.pass(5 * MINUTE);
  expect(world.tasks.size).toBe(2);
  expect(world.listing.state(id)).toMatchObject({
    state: "paused",
    note: "2 tasks failed in a row",
  });
});

test("a database that is down delays a firing and loses none", async () => {
  const world = new TimetableWorld(START);
  await world.create({ every_s: 600 });
  world.isDown = true;
  await world.pass(11 * MINUTE);
  expect(world.firings().map(({ status }) => status)).toEqual(["due"]);
  world.isDown = false;
  await world.pass(2 * MINUTE);
  expect(world.story(START)).toEqual(["+600 cron started"]);
  expect(world.tasks.size).toBe(1);
});

test("max_fires, an excluded day and the end of the window are kept", async () => {
  const world = new TimetableWorld(Date.parse("2026-12-23T12:00:00Z"));
  await world.create({ every_s: null, cron: ["0 9 * * *"], exclude: ["2026-12-25"], max_fires: 3 });
  await world.pass(6 * 24 * HOUR);
  expect(world.story(Date.parse("2026-12-24T09:00:00Z"))).toEqual([
    "+0 cron started",
    "+86400 cron excluded",
    "+172800 cron started",
    "+259200 cron started",
  ]);
  expect(world.listing.state("schedule_report")).toMatchObject({ next_at: null, started: 3 });
  expect(world.alarm).toBeNull();
});

test("a hundred firings come when the preview said, with jitter and a change of the clock", async () => {
  const start = Date.parse("2026-09-25T00:00:00Z");
  const world = new TimetableWorld(start);
  const { definition } = await world.create({
    every_s: null,
    cron: ["30 1-3 * * *"],
    timezone: "Europe/Berlin",
    exclude: ["2026-10-03"],
    jitter_s: 5400,
  });
  const expected = preview(timingOf("acme", readDefinition(definition), start), start, 103, null);
  expect(expected.filter(({ excluded }) => excluded)).toHaveLength(3);
  expect(expected.at(-1)?.at).toBeGreaterThan(Date.parse("2026-10-25T01:00:00Z"));

  await world.pass((expected.at(-1)?.at ?? start) - start);
  const fired = world.firings().toReversed();
  expect(fired.map(({ occurrence_at, at, status }) => [occurrence_at, at, status])).toEqual(
    expected.map(({ occurrence_at, at, excluded }) => [
      occurrence_at,
      at,
      excluded ? "excluded" : "started",
    ]),
  );
  const started = [...world.tasks.values()].map(({ startedAt }) => startedAt);
  expect(started).toEqual(expected.flatMap(({ at, excluded }) => (excluded ? [] : [at])));
  expect(new Set(expected.map(({ occurrence_at, at }) => at - occurrence_at)).size).toBeGreaterThan(
    90,
  );
});

test("a trigger fires a paused schedule, and is skipped as an occurrence would be", async () => {
  const world = new TimetableWorld(START);
  world.taskMs = MINUTE;
  const { schedule_id: id } = await world.create({ every_s: 3600 });
  await world.commands.pause(id, null, null, world.actor());
  const at = START - HOUR;
  const first = await world.extra.trigger(id, { occurrence_at: at, overlap: null }, world.actor());
  expect(first).toMatchObject({ ok: true, firing: { status: "started", occurrence_at: at, n: 0 } });
  const second = await world.extra.trigger(id, { occurrence_at: at, overlap: null }, world.actor());
  expect(second).toMatchObject({ ok: true, firing: { status: "skipped_overlap", n: 1 } });
  const third = await world.extra.trigger(
    id,
    { occurrence_at: at, overlap: "allow" },
    world.actor(),
  );
  expect(third).toMatchObject({ ok: true, firing: { status: "started", n: 2 } });
  expect(world.tasks.size).toBe(2);
});

test("nothing is asked, written or set while nothing is due", async () => {
  const world = new TimetableWorld(START);
  await world.create({ every_s: 7200 });
  const calls = world.calls.length;
  await world.pass(HOUR);
  expect(world.calls).toHaveLength(calls);
  expect(world.alarm).toBe(START + 2 * HOUR);
  // The reconciler does not look before it either.
  expect(Date.parse(world.checkAt ?? "")).toBeGreaterThan(START + 2 * HOUR);
});

test("the reconciler looks soon after each alarm, and D1 is not written for each firing", async () => {
  const world = new TimetableWorld(START);
  await world.create({ every_s: 10 });
  const noted = () => world.calls.filter((name) => name === "net").length;
  for (let i = 0; i < 60; i += 1) {
    await world.pass(10 * S);
    const late = Date.parse(world.checkAt ?? "") - (world.alarm ?? 0);
    expect(late).toBeGreaterThanOrEqual(MINUTE);
    expect(late).toBeLessThanOrEqual(10 * MINUTE);
  }
  expect(noted()).toBeLessThan(5);
  // A lost alarm: the reconciler wakes the timetable.
  world.kill();
  world.alarm = null;
  world.now = Date.parse(world.checkAt ?? "");
  await world.core.wake();
  expect(world.alarm).toBeGreaterThan(world.now - 1);
  expect(world.checkAt).not.toBeNull();
});

test("deleting the last schedule leaves nothing", async () => {
  const world = new TimetableWorld(START);
  const { schedule_id: id } = await world.create();
  await world.pass(MINUTE);
  await world.commands.remove(id, null, world.actor());
  expect(world.core.rows.exist).toBe(false);
  expect(world.alarm).toBeNull();
  expect(world.checkAt).toBeUndefined();
  expect(
    await world.extra.trigger(id, { occurrence_at: null, overlap: null }, world.actor()),
  ).toEqual({ ok: false, reason: "not_found" });
});

test("records are kept for 90 days, a thousand of a schedule", async () => {
  const world = new TimetableWorld(START);
  const { schedule_id: id } = await world.create({ every_s: 3600 });
  const record = (age: number): void => {
    const at = START - age;
    const outcome = { status: "missed", reason: "late", detail: null, task_id: null } as const;
    const key = { occurrence_at: at, trigger: "cron", n: 0 } as const;
    world.core.rows.record(id, { ...key, ...outcome, count: 1, until: at, at });
  };
  world.core.transaction(() => {
    for (let i = 1; i <= 20; i += 1) {
      record(91 * 24 * HOUR + i);
    }
  });
  await world.pass(26 * HOUR);
  expect(world.firings(id, 5000)).toHaveLength(26);
  world.core.transaction(() => {
    for (let i = 1; i <= 1500; i += 1) {
      record(i);
    }
  });
  await world.pass(26 * HOUR);
  const kept = world.firings(id, 5000);
  expect(kept.length).toBeGreaterThanOrEqual(1000);
  expect(kept.length).toBeLessThanOrEqual(1026);
  expect(kept.filter(({ status }) => status === "started")).toHaveLength(52);
});
