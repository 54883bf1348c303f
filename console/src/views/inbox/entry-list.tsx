/** The list of open questions. */
import type { InboxEntry } from "../../../../sdk/src/model.ts";
import { Mark } from "../../parts/chip.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago, Countdown } from "../../parts/time.tsx";
import { KINDS, titleOf } from "../../answers/words.ts";
import { groupsOf, keyOf } from "./entries.ts";

interface ListProps {
  readonly entries: readonly InboxEntry[];
  readonly isByAgent: boolean;
  /** Key of the selected question. */
  readonly selected: string;
  readonly onSelect: (entry: InboxEntry) => void;
}

/** The questions as rows. */
export function EntryList({ entries, isByAgent, selected, onSelect }: ListProps) {
  return (
    <>
      {groupsOf(entries, isByAgent).map((group) => (
        <section key={group.name ?? ""} aria-label={group.name ?? "Open questions"}>
          {group.name !== null && (
            <h2 class="inbox-group">
              <Line text={group.name} />
              <span class="muted">{group.entries.length}</span>
            </h2>
          )}
          <ul class="card inbox-rows">
            {group.entries.map((entry) => (
              <li key={keyOf(entry)}>
                <Row
                  entry={entry}
                  isSelected={keyOf(entry) === selected}
                  onSelect={() => onSelect(entry)}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

interface RowProps {
  readonly entry: InboxEntry;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}

function Row({ entry, isSelected, onSelect }: RowProps) {
  const { kind, until, since, agent, task_id } = entry;
  return (
    <button
      type="button"
      class="inbox-row"
      aria-current={isSelected ? "true" : undefined}
      onClick={onSelect}
    >
      <span class="inbox-row-head">
        <span class="tone-wait inbox-mark">
          <Mark tone="wait" />
        </span>
        <Line text={titleOf(entry)} class="inbox-title" />
        <span class="inbox-when muted">
          {until === null ? (
            <>
              asked <Ago at={since} />
            </>
          ) : (
            <Countdown at={until} past="expired" />
          )}
        </span>
      </span>
      <span class="inbox-row-goal muted">
        <Line text={entry.name ?? entry.goal ?? task_id} />
      </span>
      <span class="inbox-row-foot muted">
        {KINDS[kind]} · <Line text={agent} />
      </span>
    </button>
  );
}
