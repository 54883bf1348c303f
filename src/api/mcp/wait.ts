/** Waits until a task ends or needs a person, and reports its events until then. */
import { isTerminal } from "../../run/decide/view.ts";
import type { Credential } from "../../store/keys.ts";
import type { TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { followRun } from "../tasks/run-follower.ts";
import { currentTask, settledTask } from "../tasks/view.ts";
import type { LoggedEvent } from "./log-page.ts";
import { aborted } from "../../timing.ts";

/** Waits that need a person: they end late or never by themselves. */
const FOR_PEOPLE: ReadonlySet<unknown> = new Set(["approval", "input", "budget"]);

export interface Waiting {
  /** Maximum wait, milliseconds; 0 returns the current task. */
  readonly waitMs: number;
  /** Events up to this `seq` are not reported. */
  readonly after: number;
  /** Receives every event, in order; absent if the caller wants no events. */
  readonly tell?: (event: LoggedEvent) => Promise<void>;
  /** Credential of the waiting client. */
  readonly by: Credential;
  /** Aborted when the client stops waiting. */
  readonly gone: AbortSignal;
}

/**
 * Returns the task once it ends or needs a person, or after the wait. A timer or a schedule does
 * not count: it passes by itself.
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

/** The receiver of events, and the seq of the last event that it received. */
interface Listener {
  readonly hear: (event: LoggedEvent) => Promise<void>;
  heard: number;
}

/** The watch of a run: credential, end and receiver of events. */
interface Watch {
  readonly by: Credential;
  /** Aborted when the watch ends. */
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

/** Returns the task when it next pauses or resumes, or when `enough` is aborted. */
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
    // Without a receiver of events, the run is not watched, which saves it writes.
    await Promise.race([settledTask(deps, task, leftMs), aborted(enough)]);
  }
  return currentTask(deps, task);
}

/** Follows a run until `last` returns true for an event. */
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

/** Returns whether the task has ended or waits until a person acts. */
function rests({ status, waiting_for }: TaskRow): boolean {
  return isTerminal(status) || FOR_PEOPLE.has(waiting_for);
}
