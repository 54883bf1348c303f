/** The rows of the timeline that are seen. Scrolling draws these alone, and not what is around them. */
import { useRef } from "preact/hooks";
import type { RefObject } from "preact";
import type { Item } from "../log/model.ts";
import { useWindow } from "../parts/use-window.ts";
import { boxOf, type Range } from "./place.ts";
import { Row } from "./row.tsx";
import type { TimelineRow } from "./rows.ts";
import type { Scale } from "./scale.ts";

interface TimelineListProps {
  readonly rows: readonly TimelineRow[];
  /** Height of a row. */
  readonly rowPx: number;
  /** What scrolls. */
  readonly box: RefObject<HTMLElement | null>;
  readonly scale: Scale;
  readonly range: Range;
  /** The moment at which the other readings show the run; null for now. */
  readonly playhead: number | null;
  readonly isOn: (row: TimelineRow) => boolean;
  /** Whether an item is not what a person looks for. */
  readonly isDim: (item: Item) => boolean;
  readonly onSelect: (seq: number) => void;
  readonly onToggle: (row: TimelineRow) => void;
  readonly onFit: (row: TimelineRow) => void;
}

/** The list, as high as all rows. */
export function TimelineList(props: TimelineListProps) {
  const { rows, rowPx, box, scale, range, playhead, isOn, isDim } = props;
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(list, rows.length, rowPx, box);
  const head = playhead === null ? null : boxOf(scale, range, playhead, playhead);
  return (
    <div class="timeline-rows" ref={list} style={{ height: `${rows.length * rowPx}px` }}>
      {head !== null && (
        <div class="timeline-playhead" aria-hidden="true">
          <span style={{ left: head.left }} />
        </div>
      )}
      <div style={{ transform: `translateY(${first * rowPx}px)` }}>
        {rows.slice(first, end).map((row, i) => (
          <Row
            key={i}
            row={row}
            index={first + i}
            scale={scale}
            range={range}
            isSelected={isOn(row)}
            isDim={isDim(row.item) || isAfter(row, playhead)}
            onSelect={props.onSelect}
            onToggle={props.onToggle}
            onFit={props.onFit}
          />
        ))}
      </div>
    </div>
  );
}

function isAfter({ bars, at }: TimelineRow, playhead: number | null): boolean {
  return playhead !== null && (at ?? bars[0]?.from ?? 0) > playhead;
}
