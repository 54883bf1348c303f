/** The log of a run, event by event: searched, filtered, and only built where it is seen. */
import { useEffect, useRef, useState } from "preact/hooks";
import { sentenceOf } from "../../../../sdk/src/view/sentences.ts";
import type { RunFold } from "../../log/fold.ts";
import { placeOf } from "../../log/search.ts";
import type { LogEvent } from "../../log/store.ts";
import { Button } from "../../parts/button.tsx";
import { Input, Switch } from "../../parts/field.tsx";
import { lineOf } from "../../parts/foreign.ts";
import { countText, spanText } from "../../parts/number.ts";
import { Empty } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { useWindow } from "../../parts/use-window.ts";
import { changeQuery, place } from "../../route/location.ts";
import { readQuery, writeQuery } from "../../route/query-state.ts";
import { useRun } from "./context.ts";
import { Families } from "./families.tsx";
import { foundIn } from "./found.ts";
import { RUN_FIELDS } from "./run-fields.ts";

const ROW_PX = 28;
/** What stays above the rows when they are scrolled. */
const HEAD_PX = 104;

/** The log with its search. */
export function Log() {
  const { follower, selected, select } = useRun();
  const { fold, store } = follower;
  const { q } = readQuery(RUN_FIELDS, place.value.search);
  const [hasPieces, setPieces] = useState(false);
  const { events } = foundIn(follower, q, hasPieces);
  const at = placeOf(events, selected);
  const move = (by: number): void => {
    const next = events[(at + by + events.length) % events.length];
    select(next?.seq ?? null);
  };
  return (
    <div class="log">
      <div class="log-bar">
        <Input
          label="Search the log"
          isHidden
          type="search"
          placeholder="Search: text, type:tool, call:…, tool:…, is:failed, seq:100..200, -not"
          value={q}
          onInput={(value) => changeQuery(writeQuery(RUN_FIELDS, { q: value }))}
        />
        <span class="muted log-count">
          {q === ""
            ? `${countText(events.length)} events`
            : `${countText(at + 1)} of ${countText(events.length)}`}
        </span>
        {q !== "" && (
          <>
            <Button kind="quiet" label="Previous match" icon="chevron" onClick={() => move(-1)} />
            <Button kind="quiet" label="Next match" icon="down" onClick={() => move(1)} />
          </>
        )}
        <Switch label="Pieces of text" isOn={hasPieces} onChange={setPieces} />
        <Families
          query={q}
          onChange={(value) => changeQuery(writeQuery(RUN_FIELDS, { q: value }))}
        />
      </div>
      {events.length === 0 ? (
        <Empty icon="search" title="No event fits" />
      ) : (
        <Rows events={events} fold={fold} selected={selected} onSelect={select} />
      )}
      {store.whole < follower.lastSeq.value && (
        <p class="muted log-loading">
          Loading: {countText(follower.known.value)} of {countText(follower.lastSeq.value)}
        </p>
      )}
    </div>
  );
}

interface RowsProps {
  readonly events: readonly LogEvent[];
  readonly fold: RunFold;
  readonly selected: number | null;
  readonly onSelect: (seq: number) => void;
}

function Rows({ events, fold, selected, onSelect }: RowsProps) {
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(list, events.length, ROW_PX);
  const start = fold.created === null ? 0 : Date.parse(fold.created.at);
  const at = placeOf(events, selected);
  useEffect(() => {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    const row = top + at * ROW_PX;
    if (at !== -1 && (row < HEAD_PX || row > innerHeight - 2 * ROW_PX)) {
      scrollBy({ top: row - innerHeight / 2 });
    }
  }, [selected, at === -1]);
  return (
    <div class="log-rows" ref={list} role="list" style={{ height: `${events.length * ROW_PX}px` }}>
      <div style={{ transform: `translateY(${first * ROW_PX}px)` }}>
        {events.slice(first, end).map((event, i) => (
          <div key={i} role="listitem" aria-posinset={first + i + 1} aria-setsize={events.length}>
            <button
              type="button"
              class={`log-row ${familyOf(event.type)} ${event.seq === selected ? "log-selected" : ""}`}
              aria-pressed={event.seq === selected}
              onClick={() => onSelect(event.seq)}
            >
              <span class="log-seq">#{event.seq}</span>
              <span class="log-at">+{spanText(Date.parse(event.at) - start)}</span>
              <span class="log-type">{event.type}</span>
              <Text
                class="log-text clip"
                text={lineOf(sentenceOf(event, (id) => fold.progress.call(id)))}
              />
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}

/** The colour of a type, by its family and by how grave it is. */
function familyOf(type: string): string {
  if (type.endsWith(".failed") || type === "tool.outcome_unknown") {
    return "tone-bad";
  }
  const family = type.slice(0, type.indexOf("."));
  const tones: Readonly<Record<string, string>> = {
    model: "tone-model",
    tool: "tone-tool",
    run: "tone-run",
    approval: "tone-wait",
    input: "tone-wait",
    limit: "tone-wait",
    loop: "tone-wait",
    recovery: "tone-wait",
  };
  return (Object.hasOwn(tones, family) && tones[family]) || "tone-calm";
}
