/** The timeline of a run: an overview, an axis, and a row for each call, wait and mark. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunFold } from "../log/fold.ts";
import { now, useOfClock } from "../parts/clock.ts";
import { Switch } from "../parts/field.tsx";
import { Button } from "../parts/button.tsx";
import { useWindow } from "../parts/use-window.ts";
import { Axis } from "./axis.tsx";
import { Overview } from "./overview.tsx";
import { Row } from "./row.tsx";
import { scaleOf, timelineRows } from "./rows.ts";
import { useZoom } from "./use-zoom.tsx";

interface TimelineProps {
  readonly fold: RunFold;
  /** Changes whenever the fold has. */
  readonly version: number;
  readonly selected: number | null;
  readonly onSelect: (seq: number) => void;
}

const ROW_PX = 26;
const FOLD_ALL_FROM = 2;

/** The timeline. */
export function Timeline({ fold, version, selected, onSelect }: TimelineProps) {
  const [isShort, setShort] = useState(true);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const isLive = fold.end === null;
  useEffect(() => (isLive ? useOfClock() : undefined), [isLive]);
  const time = isLive ? Math.max(now.value, fold.at) : fold.at;
  const rows = useMemo(() => timelineRows(fold, time, folded), [version, time, folded]);
  const scale = useMemo(() => scaleOf(fold, time, isShort), [version, time, isShort]);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(list, rows.length, ROW_PX, box);
  const { range, setRange, isZoomed } = useZoom(box);
  const at = useMemo(
    () => (selected === null ? -1 : rows.findIndex(({ item }) => isIn(selected, item))),
    [rows, selected],
  );
  useEffect(() => {
    const element = box.current;
    const row = at * ROW_PX;
    const isSeen =
      element !== null &&
      row >= element.scrollTop &&
      row < element.scrollTop + element.clientHeight - 2 * ROW_PX;
    if (element !== null && at !== -1 && !isSeen) {
      element.scrollTop = row - element.clientHeight / 2;
    }
  }, [selected, at === -1]);
  const toggle = (id: string): void => {
    const next = new Set(folded);
    if (!next.delete(id)) {
      next.add(id);
    }
    setFolded(next);
  };
  const parents = useMemo(() => rows.filter(({ members }) => members > 0), [rows]);
  const areAllFolded = parents.length > 0 && parents.every(({ isFolded }) => isFolded);
  return (
    <div class="timeline">
      <div class="timeline-bar">
        <Overview rows={rows} scale={scale} range={range} onRange={setRange} />
        <div class="timeline-tools">
          {parents.length >= FOLD_ALL_FROM && (
            <Button
              kind="quiet"
              onClick={() =>
                setFolded(areAllFolded ? new Set() : new Set(parents.map(({ id }) => id)))
              }
            >
              {areAllFolded ? "Unfold steps" : "Fold steps"}
            </Button>
          )}
          {isZoomed && (
            <Button kind="quiet" onClick={() => setRange({ start: 0, end: 1 })}>
              Whole run
            </Button>
          )}
          <Switch label="Shorten waits" isOn={isShort} onChange={setShort} />
        </div>
      </div>
      <div
        class="timeline-box"
        ref={box}
        tabIndex={0}
        role="treegrid"
        aria-label="Timeline of the run"
        aria-rowcount={rows.length}
      >
        <Axis scale={scale} range={range} fold={fold} />
        <div class="timeline-rows" ref={list} style={{ height: `${rows.length * ROW_PX}px` }}>
          <div style={{ transform: `translateY(${first * ROW_PX}px)` }}>
            {rows.slice(first, end).map((row, i) => (
              <Row
                key={i}
                row={row}
                index={first + i}
                scale={scale}
                range={range}
                isSelected={selected !== null && isIn(selected, row.item)}
                onSelect={onSelect}
                onToggle={toggle}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

function isIn(
  seq: number,
  item: { readonly seq: number; readonly endSeq?: number | null },
): boolean {
  return seq === item.seq || seq === item.endSeq;
}
