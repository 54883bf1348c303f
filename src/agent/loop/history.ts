/** What a run hands to the task that continues it. */
import { hash } from "node:crypto";
import { pastTurns } from "../../run/log/past.ts";
import type { RunState } from "../../run/log/state.ts";
import type { History } from "../../run/spec/history.ts";

/** Returns the history of a run that has ended; null for another one. */
export function historyOf(state: RunState): History | null {
  const { spec, end, untrusted, seq } = state;
  if (spec === null || end === null) {
    return null;
  }
  const turns = pastTurns(state);
  return {
    from_task_id: spec.task_id,
    up_to_seq: seq,
    sha256: hash("sha256", JSON.stringify(turns), "hex"),
    turns,
    ...(untrusted === null ? {} : { untrusted }),
  };
}
