/** The place of a trigger in its caller's trace. */
import { expect, test } from "vitest";
import { TimetableWorld } from "../timetable-world.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const START = Date.parse("2026-11-30T12:00:00Z");

test("a trigger passes its place in a trace to its task, also after a turn in the queue", async () => {
  const world = new TimetableWorld(START);
  world.taskMs = MINUTE;
  const { schedule_id: id } = await world.create({ every_s: 7200 }, { overlap: "queue_one" });
  const trigger = (digit: string) => {
    const trace = { traceparent: `00-${digit.repeat(32)}-${"b".repeat(16)}-01` };
    const request = { occurrence_at: START - HOUR, overlap: null };
    const traced = digit === "" ? request : { ...request, trace };
    return world.extra.trigger(id, traced, world.actor());
  };
  const traces = () =>
    [...world.traces.values()].map((trace) => trace?.traceparent.charAt(3) ?? "own");
  await trigger("1");
  expect(await trigger("2")).toMatchObject({ ok: true, firing: { status: "queued" } });
  expect(traces()).toEqual(["1"]);
  world.kill();
  await world.pass(10 * MINUTE);
  expect(traces()).toEqual(["1", "2"]);
  expect(world.core.rows.clock(id)).not.toHaveProperty("traces");
  await trigger("");
  await trigger("4");
  await world.commands.pause(id, null, null, world.actor());
  expect(world.core.rows.clock(id)).not.toHaveProperty("traces");
  await world.pass(10 * MINUTE);
  expect(traces()).toEqual(["1", "2", "own"]);
});
