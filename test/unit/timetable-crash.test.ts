/** A timetable that is stopped before and after each of its calls: each occurrence is made once. */
import { expect, test } from "vitest";
import { TimetableWorld, type Stop } from "../timetable-world.ts";

const S = 1000;
const MINUTE = 60 * S;
const START = Date.parse("2026-11-30T12:00:00Z");

/** Plays a scenario with every policy, an outage and commands. */
async function play(...stops: readonly Stop[]): Promise<TimetableWorld> {
  const world = new TimetableWorld(START, ...stops);
  world.taskMs = 35 * S;
  const again = async (work: () => Promise<unknown>): Promise<void> => {
    for (let tries = 0; tries < 4; tries += 1) {
      const { deaths } = world;
      try {
        await work();
        return;
      } catch (error) {
        if (world.deaths === deaths) {
          throw error;
        }
      }
    }
  };
  for (const overlap of ["skip", "queue_one", "cancel_running"] as const) {
    const commands = () => world.listing.state(`schedule_${overlap}`);
    await again(async () => {
      if (commands() === null) {
        await world.create({ every_s: 20, max_fires: 4 }, { overlap, catch_up: "all" }, overlap);
      }
    });
  }
  await again(() => world.pass(90 * S));
  // An outage.
  world.now += 70 * S;
  await again(() => world.pass(0));
  await again(() => world.pass(10 * MINUTE));
  return world;
}

/** What must be the same wherever the process was stopped: each occurrence once, with one task. */
function outcomeOf(world: TimetableWorld): string[] {
  return ["skip", "queue_one", "cancel_running"].flatMap((name) =>
    world
      .firings(`schedule_${name}`)
      .toReversed()
      .map(({ occurrence_at, status, task_id }) => {
        const task = task_id === null ? null : world.tasks.get(task_id);
        const at = (occurrence_at - START) / S;
        return `${name} +${at} ${status}${task === undefined ? " lost" : ""}`;
      }),
  );
}

test("stopped before and after each of its calls, a timetable makes each occurrence once", async () => {
  const undisturbed = await play();
  const expected = outcomeOf(undisturbed);
  const started = expected.filter((line) => line.includes("started")).length;
  expect(undisturbed.tasks.size).toBe(started);
  const calls = undisturbed.calls.length;
  expect(calls).toBeGreaterThan(25);
  for (let call = 0; call < calls; call += 1) {
    for (const when of ["before", "after"] as const) {
      const about = `${when} call ${call} (${undisturbed.calls[call]})`;
      const world = await play({ call, when });
      expect(world.deaths, about).toBe(1);
      expect(outcomeOf(world), about).toEqual(expected);
      expect(world.tasks.size, about).toBe(started);
      expect(
        [...world.notices].map(([, bodies]) => bodies.size),
        about,
      ).toEqual(Array(world.notices.size).fill(1));
      expect([...world.notices.keys()].toSorted(), about).toEqual(
        [...undisturbed.notices.keys()].toSorted(),
      );
    }
  }
});
