/**
 * When a run can continue without a command. One function serves the loop, which rests until then,
 * the alarm, which wakes the run, and the checks for forgotten runs.
 */
import { reachedLimit, deadline, isOwnLimit } from "./limits.ts";
import { childrenCheckAt } from "./children.ts";
import type { RunState } from "../log/state.ts";
import { turnDue } from "./turn.ts";

/**
 * Returns when the run can continue, in milliseconds since the epoch: 0 for now, null if it has
 * ended or only a command can continue it.
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
      // A run's own limit changes only through a command. A budget above the run states when its
      // next period begins. A wait is not active time, so `state.at` serves as the time here.
      return isOwnLimit(wait.limit)
        ? wait.changed && reachedLimit(state, state.at) === null
          ? 0
          : null
        : wait.until;
    case "approval":
    case "input":
    case "timer":
    case "children":
      return earliest(turnDue(turn?.calls ?? []), childrenCheckAt(state));
    default:
      return wait?.until ?? null;
  }
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
