/** Waiting for a task: until it is over, or waits for somebody, and telling its events meanwhile. */
import { isTerminal } from "../../run/view.ts";
import type { Credential } from "../../store/keys.ts";
import type { TaskRow } from "../../store/tasks.ts";
import type { ApiDeps } from "../context.ts";
import { followRun } from "../run-follower.ts";
import { currentTask } from "../task-view.ts";
import type { LoggedEvent } from "./log-page.ts";

/** Waits that end by no time of their own, or not soon: somebody has to do something. */
const FOR_PEOPLE: ReadonlySet<unknown> = new Set(["approval", "input", "budget"]);

export interface Waiting {
  /** The longest wait, milliseconds; 0 gives the task as it is. */
  readonly waitMs: number;
  /** Events up to this `seq` are not told. */
  readonly after: number;
  /** Told every event, in order; absent where nobody asked. */
  readonly tell?: (event: LoggedEvent) => Promise<void>;
  /** Aborted when nobody waits any more. */
  readonly gone: AbortSignal;
}

/**
 * The task once it is over or waits for people, or as it is after the wait. A timer or a schedule
 * is no end: it passes by itself.
 */
export async function waitedFor(
  deps: ApiDeps,
  row: TaskRow,
  by: Credential,
  waiting: Waiting,
): Promise<TaskRow> {
  const { waitMs, after, tell, gone } = waiting;
  const task = await currentTask(deps, row);
  if (waitMs <= 0 || rests(task)) {
    return task;
  }
  // What happened before is told, and decides nothing.
  const known = task.last_seq;
  const enough = new AbortController();
  const stop = (): void => enough.abort();
  const timer = setTimeout(stop, waitMs);
  gone.addEventListener("abort", stop);
  const from = tell === undefined ? known : Math.min(after, known);
  const whole = await followRun(deps, task, by, from, {
    gone: enough.signal,
    take: async ({ seq, text }) => {
      if (enough.signal.aborted) {
        return;
      }
      const event = JSON.parse(text) as LoggedEvent;
      await tell?.(event);
      if (seq > known && event.type === "run.waiting" && FOR_PEOPLE.has(event.data["for"])) {
        stop();
      }
    },
  });
  clearTimeout(timer);
  gone.removeEventListener("abort", stop);
  if (!whole) {
    deps.observer.fault("mcp.wait", new Error(`the run of ${row.task_id} could not be followed`));
  }
  return currentTask(deps, row);
}

/** Whether nothing more happens unless somebody does something. */
function rests({ status, waiting_for }: TaskRow): boolean {
  return isTerminal(status) || FOR_PEOPLE.has(waiting_for);
}
