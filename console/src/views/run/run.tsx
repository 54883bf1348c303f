/** The view of one run: its head, its timeline, three readings of its log, and details. */
import { useEffect, useMemo } from "preact/hooks";
import { client } from "../../data/client.ts";
import { RunFollower } from "../../data/follow.ts";
import { Past } from "../../log/past.ts";
import { FailureView, Skeleton } from "../../parts/states.tsx";
import { changeQuery, place } from "../../route/location.ts";
import type { ViewProps } from "../../route/match.ts";
import { readQuery } from "../../route/query-state.ts";
import { RunInView, type RunContext } from "./context.ts";
import { About } from "./about.tsx";
import { Detail } from "./detail.tsx";
import { RunHead } from "./head.tsx";
import { Readings } from "./readings.tsx";
import { RUN_FIELDS } from "./run-fields.ts";
import { useRunKeys } from "./keys.ts";
import { useMoment } from "./use-moment.ts";
import { TimelinePane } from "./timeline-pane.tsx";
import { Tree } from "./tree.tsx";

/** The view of a run by its id. */
export function Run({ params }: ViewProps) {
  const id = params["id"] ?? "";
  const follower = useMemo(() => new RunFollower(id), [id]);
  useEffect(() => follower.start(), [follower]);
  const opspawn = client.value;
  useEffect(() => {
    // Another key: the log continues after its last event.
    if (follower.state.peek() === "failed") {
      follower.retry();
    }
  }, [opspawn]);
  return <RunOf follower={follower} taskId={id} isFile={false} />;
}

interface RunOfProps {
  readonly follower: RunFollower;
  readonly taskId: string;
  readonly isFile: boolean;
}

/** A run in all its readings, whether it is followed or from a file. */
export function RunOf({ follower, taskId, isFile }: RunOfProps) {
  const { at } = readQuery(RUN_FIELDS, place.value.search);
  const { to, goTo } = useMoment();
  const past = useMemo(() => new Past(follower.store), [follower]);
  void follower.version.value;
  const then = to === null ? null : past.at(to);
  const run: RunContext = {
    follower,
    fold: then ?? follower.fold,
    past: then === null ? null : to,
    goTo,
    taskId,
    isFile,
    selected: at,
    selectedCall: callOf(follower, at),
    select: (seq) => changeQuery({ at: seq }),
  };
  useRunKeys(run);
  const hasLog = follower.version.value > 0;
  if (!hasLog) {
    const failure = follower.failure.value;
    return failure === null ? (
      <Skeleton shape="page" />
    ) : (
      <>
        <h1 class="hidden">Run</h1>
        <FailureView failure={failure} onRetry={() => follower.retry()} />
      </>
    );
  }
  return (
    <RunInView.Provider value={run}>
      <div class="run">
        <RunHead />
        <TimelinePane />
        <Tree />
        <Readings />
        <About />
        <Detail />
      </div>
    </RunInView.Provider>
  );
}

/** The call that an event is about. */
function callOf({ store }: RunFollower, seq: number | null): string | null {
  const event = seq === null ? undefined : store.at(seq);
  return event !== undefined && "call_id" in event.data ? (event.data.call_id ?? null) : null;
}
