/** The timeline of a run: an overview, an axis, and a row for each call, wait and mark. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunFold } from "../log/fold.ts";
import type { Item } from "../log/model.ts";
import { now, useOfClock } from "../parts/clock.ts";
import { useKeys } from "../parts/use-keys.ts";
import { Axis } from "./axis.tsx";
import { Grip } from "./grip.tsx";
import { Overview } from "./overview.tsx";
import { rangeOf } from "./place.ts";
import { TimelineList } from "./list.tsx";
import { scaleOf, timelineRows, type TimelineRow } from "./rows.ts";
import { TimelineTools } from "./tools.tsx";
import { useFolds } from "./use-folds.tsx";
import { useStacked } from "./use-stacked.tsx";
import { useZoom } from "./use-zoom.tsx";

interface TimelineProps {
  readonly fold: RunFold;
  /** Changes whenever the fold has. */
  readonly version: number;
  readonly selected: number | null;
  /** The call of the selected event. */
  readonly selectedCall: string | null;
  /** Whether an item is not what a person looks for. */
  readonly isDim: (item: Item) => boolean;
  /** The moment at which the other readings show the run; null for now. */
  readonly playhead: number | null;
  readonly onSelect: (seq: number) => void;
}

const ROW_PX = 26;
/** With the name above the bar. */
const STACKED_PX = 40;
const ALL = { start: 0, end: 1 };

/** The timeline. */
export function Timeline(props: TimelineProps) {
  const { fold, version, selected, selectedCall, isDim, playhead, onSelect } = props;
  const [isShort, setShort] = useState(true);
  const [gutter, setGutter] = useState<number | null>(null);
  const folds = useFolds();
  const isLive = fold.end === null;
  useEffect(() => (isLive ? useOfClock() : undefined), [isLive]);
  const time = isLive ? Math.max(now.value, fold.at) : fold.at;
  const rows = useMemo(() => timelineRows(fold, time, folds.now), [version, time, folds.now]);
  const scale = useMemo(() => scaleOf(fold, time, isShort), [version, time, isShort]);
  const box = useRef<HTMLDivElement>(null);
  const rowPx = useStacked(box) ? STACKED_PX : ROW_PX;
  const { range, setRange, isZoomed } = useZoom(box);
  const isOn = ({ item, group }: TimelineRow): boolean =>
    selected !== null && (group ?? [item]).some((one) => isIn(selected, selectedCall, one));
  const at = useMemo(() => rows.findLastIndex(isOn), [rows, selected, selectedCall]);
  useEffect(() => {
    const element = box.current;
    const top = at * rowPx;
    const isSeen =
      element !== null &&
      top >= element.scrollTop &&
      top < element.scrollTop + element.clientHeight - 2 * rowPx;
    if (element !== null && at !== -1 && !isSeen) {
      element.scrollTop = top - element.clientHeight / 2;
    }
  }, [selected, at === -1]);
  const fit = ({ bars, at: moment }: TimelineRow): void => {
    const spans = moment === null ? bars : [{ from: moment, to: moment }];
    setRange(rangeOf(scale, spans) ?? ALL);
  };
  const current = rows[at];
  useKeys({
    z: () => (current === undefined ? undefined : fit(current)),
    "0": () => setRange(ALL),
  });
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
    const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    const isFold = { ArrowLeft: true, ArrowRight: false }[event.key];
    if (by !== 0 && next !== undefined) {
      event.preventDefault();
      onSelect(next.seq);
    } else if (current !== undefined && current.members > 0 && isFold === !current.isFolded) {
      event.preventDefault();
      folds.toggle(current);
    }
  };
  return (
    <div
      class={rowPx === STACKED_PX ? "timeline timeline-stacked" : "timeline"}
      {...(gutter === null ? {} : { style: { "--gutter": `${gutter}px` } })}
    >
      <div class="timeline-bar">
        <Overview rows={rows} scale={scale} range={range} onRange={setRange} />
        <TimelineTools
          rows={rows}
          folds={folds}
          isShort={isShort}
          onShort={setShort}
          onWhole={isZoomed ? () => setRange(ALL) : null}
        />
      </div>
      <div class="timeline-frame">
        <Grip box={box} width={gutter} onWidth={setGutter} />
        <div
          class="timeline-box"
          ref={box}
          tabIndex={0}
          role="treegrid"
          aria-label="Timeline of the run"
          aria-rowcount={rows.length + 1}
          onKeyDown={move}
        >
          <Axis scale={scale} range={range} fold={fold} onSelect={onSelect} />
          <TimelineList
            rows={rows}
            rowPx={rowPx}
            box={box}
            scale={scale}
            range={range}
            playhead={playhead}
            isOn={isOn}
            isDim={isDim}
            onSelect={onSelect}
            onToggle={folds.toggle}
            onFit={fit}
          />
        </div>
      </div>
    </div>
  );
}

function isIn(seq: number, callId: string | null, item: Item): boolean {
  return seq === item.seq || item.id === callId;
}
