/** What the parts of a run's view share: the run, and what is selected in it. */
import { createContext } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { RunFollower } from "../../data/follow.ts";
import type { RunFold } from "../../log/fold.ts";
import type { LogEvent } from "../../log/store.ts";

/** A run in a view. */
export interface RunContext {
  readonly follower: RunFollower;
  /** The run as it is shown: as it is now, or as it was at a moment that a person chose. */
  readonly fold: RunFold;
  /** The event after which the run is shown; null for now. */
  readonly past: number | null;
  /** Shows the run as it was after an event; null returns to now. */
  readonly goTo: (seq: number | null) => void;
  readonly taskId: string;
  /** Whether it is a saved log, about which the service is not asked. */
  readonly isFile: boolean;
  /** `seq` of the selected event; null if none is. */
  readonly selected: number | null;
  /** The call of the selected event. */
  readonly selectedCall: string | null;
  readonly select: (seq: number | null) => void;
}

export const RunInView = createContext<RunContext | null>(null);

/** The run of the view. Draws again whenever the log grows. @throws Error outside of a run's view */
export function useRun(): RunContext {
  const run = useContext(RunInView);
  if (run === null) {
    throw new Error("This part belongs into the view of a run.");
  }
  void run.follower.version.value;
  return run;
}

/** The whole of an event; null while it is loaded. */
export function useWhole(seq: number | null): LogEvent | null {
  const { follower } = useRun();
  const known = seq === null ? undefined : follower.store.at(seq);
  const isWhole = known !== undefined && known.truncated !== true;
  useEffect(() => {
    if (seq !== null && !isWhole) {
      follower.wantWhole(seq);
    }
  }, [seq, isWhole]);
  return isWhole ? known : null;
}
