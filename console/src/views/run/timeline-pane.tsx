/** The timeline of a run, in its pane above the readings. */
import type { Item } from "../../log/model.ts";
import { place } from "../../route/location.ts";
import { readQuery } from "../../route/query-state.ts";
import { Timeline } from "../../timeline/timeline.tsx";
import { useRun } from "./context.ts";
import { foundIn, isWithin } from "./found.ts";
import { RUN_FIELDS } from "./run-fields.ts";

/** The pane. What the search of the log does not find is dim here. */
export function TimelinePane() {
  const { follower, fold, past, selected, selectedCall, select } = useRun();
  const { q, view } = readQuery(RUN_FIELDS, place.value.search);
  const found = view === "log" && q !== "" ? foundIn(follower, q, false) : null;
  const isDim = (item: Item): boolean => found !== null && !isWithin(found, item);
  return (
    <section class="run-timeline card" aria-label="Timeline">
      <Timeline
        fold={follower.fold}
        version={follower.version.value}
        selected={selected}
        selectedCall={selectedCall}
        isDim={isDim}
        playhead={past === null ? null : fold.at}
        onSelect={select}
      />
    </section>
  );
}
