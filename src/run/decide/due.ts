/**
 * When a run goes on by itself. One function says it to the loop, which rests until then, to the
 * alarm, which wakes it, and to whoever asks whether a run has been forgotten.
 */
import { capMet, deadline, isOwnLimit } from "./limits.ts";
import type { RunState } from "../log/state.ts";
import { turnDue } from "./turn.ts";

/**
 * Milliseconds since the epoch; 0 where there is something to do now; null where only somebody
 * outside can make the run go on, or nothing can.
 */
export function dueAt(state: RunState): number | null {
  const { wait, turn, model, interruptions } = state;
  if (state.end !== null || state.spec === null) {
    return null;
  }
  switch (wait?.for) {
    case undefined: {
      const next = Math.max(model?.phase === "due" ? model.retryAt : 0, interruptions.pauseUntil);
      return Math.min(next, deadline(state, state.at));
    }
    case "budget":
      // One of the run's own limits is changed by somebody, or not at all; a budget above the run
      // says when it begins anew. Waiting time is not active time: the moment does not matter.
      return isOwnLimit(wait.limit)
        ? wait.changed && capMet(state, state.at) === null
          ? 0
          : null
        : wait.until;
    case "approval":
    case "input":
    case "timer":
      return turnDue(turn?.calls ?? []);
    default:
      return wait?.until ?? null;
  }
}
