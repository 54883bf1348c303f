/** A saved log, in the view of a run, without a key and without a service. */
import { useMemo } from "preact/hooks";
import { RunFollower } from "../../data/follow.ts";
import { openedLog } from "../../data/log-file.ts";
import { ButtonLink } from "../../parts/button.tsx";
import { Empty } from "../../parts/states.tsx";
import { hrefTo } from "../../route/match.ts";
import { RunOf } from "./run.tsx";

/** The view of an opened file. */
export function RunFile() {
  const log = openedLog.value;
  const follower = useMemo(() => (log === null ? null : RunFollower.ofFile(log.events)), [log]);
  if (follower === null) {
    return (
      <Empty
        icon="external"
        title="No log is open"
        action={<ButtonLink href={hrefTo(["runs"])}>Go to the runs</ButtonLink>}
      >
        A file is not kept when the page is left: open it again.
      </Empty>
    );
  }
  return <RunOf follower={follower} taskId={follower.fold.created?.data.task_id ?? ""} isFile />;
}
