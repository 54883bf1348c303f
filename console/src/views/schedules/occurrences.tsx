/** Coming occurrences, with what the clocks and excluded days do to them. */
import type { Occurrence } from "../../../../sdk/src/model.ts";
import { Countdown } from "../../parts/time.tsx";

const NOTES = {
  moved_by_gap: "moved: the clocks skip its hour",
  second_of_overlap: "the second time that the clocks show this hour",
  excluded: "not made: excluded day",
} as const;

/** A list of occurrences. */
export function Occurrences({ items }: { readonly items: readonly Occurrence[] }) {
  return items.length === 0 ? (
    <p class="muted">No occurrence is left.</p>
  ) : (
    <ol class="schedule-next">
      {items.map(({ occurrence_at, at, local, note }) => (
        <li key={occurrence_at} class={note === "excluded" ? "muted" : undefined}>
          <time dateTime={at}>{local.replace("T", " ")}</time>
          <span class="muted">
            in <Countdown at={at} />
            {note !== null && ` · ${NOTES[note]}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
