/**
 * When a run goes on by itself. One function says it to the loop, which rests until then, to the
 * alarm, which wakes it, and to whoever asks whether a run has been forgotten.
 */
import { capMet, deadline } from "./limits.ts";
import type { RunState } from "./state.ts";
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
      // Waiting time is not active time: the moment does not matter.
      return capMet(state, state.at) === null ? 0 : null;
    case "approval":
    case "input":
    case "timer":
      return turnDue(turn?.calls ?? []);
    default:
      return wait?.until ?? null;
  }
}
