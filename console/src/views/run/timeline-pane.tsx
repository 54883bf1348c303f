/** The timeline of a run, in its pane above the readings. */
import { Timeline } from "../../timeline/timeline.tsx";
import { useRun } from "./context.ts";

/** The pane. */
export function TimelinePane() {
  const { follower, selected, select } = useRun();
  return (
    <section class="run-timeline card" aria-label="Timeline">
      <Timeline
        fold={follower.fold}
        version={follower.version.value}
        selected={selected}
        onSelect={select}
      />
    </section>
  );
}
