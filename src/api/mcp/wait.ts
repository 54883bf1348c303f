/** Waits until a task ends or waits for a person, and reports its events until then. */
import { isTerminal } from "../../run/decide/view.ts";
import type { Credential } from "../../store/keys.ts";
import type { TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { followRun } from "../tasks/run-follower.ts";
import { currentTask, settledTask } from "../tasks/view.ts";
import type { LoggedEvent } from "./log-page.ts";
import { aborted } from "../../timing.ts";

/** Waits without an end time, or without one soon: a person has to act. */
const FOR_PEOPLE: ReadonlySet<unknown> = new Set(["approval", "input", "budget"]);

export interface Waiting {
  /** The longest wait, milliseconds; 0 gives the task as it is. */
  readonly waitMs: number;
  /** Events up to this `seq` are not told. */
  readonly after: number;
  /** Receives every event, in order; absent if the caller wants no events. */
  readonly tell?: (event: LoggedEvent) => Promise<void>;
  /** Who waits. */
  readonly by: Credential;
  /** Aborted when no client waits any more. */
  readonly gone: AbortSignal;
}

/**
 * The task once it is over or waits for people, or as it is after the wait. A timer or a schedule
 * is no end: it passes by itself.
 */
export async function waitedFor(deps: ApiDeps, row: TaskRow, waiting: Waiting): Promise<TaskRow> {
  let task = await currentTask(deps, row);
  if (waiting.waitMs <= 0 || rests(task)) {
    return task;
  }
  const enough = AbortSignal.any([waiting.gone, AbortSignal.timeout(waiting.waitMs)]);
  const deadline = deps.now() + waiting.waitMs;
  const watch = { by: waiting.by, enough, listener: listenerOf(waiting) };
  while (!rests(task) && !enough.aborted) {
    task = await nextRest(deps, task, watch, deadline - deps.now());
  }
  return task;
}

/** Who hears of events, and of which it has heard. */
interface Listener {
  readonly hear: (event: LoggedEvent) => Promise<void>;
  heard: number;
}

/** Who watches a run, how long, and who hears of it. */
interface Watch {
  readonly by: Credential;
  /** Aborted when it was watched enough. */
  readonly enough: AbortSignal;
  readonly listener: Listener | null;
}

function listenerOf({ tell, after }: Waiting): Listener | null {
  if (tell === undefined) {
    return null;
  }
  const listener: Listener = {
    heard: after,
    hear: async (event) => {
      if (event.seq > listener.heard) {
        listener.heard = event.seq;
        await tell(event);
      }
    },
  };
  return listener;
}

/** The task when it next rests or resumes from a rest, or as it is when `enough` is aborted. */
async function nextRest(
  deps: ApiDeps,
  task: TaskRow,
  watch: Watch,
  leftMs: number,
): Promise<TaskRow> {
  const { listener, enough } = watch;
  const known = task.last_seq;
  if (listener !== null) {
    // Earlier events are reported but do not decide the outcome.
    await follow(deps, task, Math.min(listener.heard, known), watch, async (event) => {
      await listener.hear(event);
      return event.seq > known && event.type === "run.waiting" && FOR_PEOPLE.has(event.data["for"]);
    });
  } else if (task.status === "waiting") {
    await follow(deps, task, known, watch, () => true);
  } else {
    // Without an event listener the run is not watched: it writes less.
    await Promise.race([settledTask(deps, task, leftMs), aborted(enough)]);
  }
  return currentTask(deps, task);
}

/** Follows a run until `last` says that an event is the last one that matters. */
async function follow(
  deps: ApiDeps,
  task: TaskRow,
  after: number,
  { by, enough }: Watch,
  last: (event: LoggedEvent) => Promise<boolean> | boolean,
): Promise<void> {
  const done = new AbortController();
  const whole = await followRun(deps, task, by, after, {
    gone: AbortSignal.any([enough, done.signal]),
    take: async ({ text }) => {
      if (
        !enough.aborted &&
        !done.signal.aborted &&
        (await last(JSON.parse(text) as LoggedEvent))
      ) {
        done.abort();
      }
    },
  });
  if (!whole) {
    throw new Problem("unavailable", "The run cannot be reached; try again shortly.");
  }
}

/** Whether the task stays as it is until a person acts. */
function rests({ status, waiting_for }: TaskRow): boolean {
  return isTerminal(status) || FOR_PEOPLE.has(waiting_for);
}
