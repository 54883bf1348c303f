/** The axis above the rows: round times since the start, and the gaps that are drawn short. */
import type { RunFold } from "../log/fold.ts";
import { agoText, spanText } from "../parts/number.ts";
import { timeText } from "../parts/time.tsx";
import { boxOf, within, type Range } from "./place.ts";
import type { Gap, Scale } from "./scale.ts";
import { ticksOf } from "./ticks.ts";

/** Width of a label, as a share of what is seen. */
const LABEL = 0.07;

interface AxisProps {
  readonly scale: Scale;
  readonly range: Range;
  readonly fold: RunFold;
  readonly onSelect: (seq: number) => void;
}

/** Share of the seen part between two labels. */
const APART = 0.11;
/** A label that begins later than at this share of the seen part would be cut off. */
const LAST = 0.95;

/** The axis. */
export function Axis({ scale, range, fold, onSelect }: AxisProps) {
  const ticks = ticksOf(scale, range.start, range.end, APART * (range.end - range.start));
  const taint = fold.taintSeq === null ? null : timeOf(fold);
  return (
    <div class="timeline-axis" role="row" aria-rowindex={1}>
      <div class="timeline-name muted" role="columnheader">
        since the start
      </div>
      <div class="timeline-lane" role="columnheader" aria-label="Waits that are drawn short">
        {scale.gaps.map(({ gap }) => {
          const box = boxOf(scale, range, gap.from, gap.to);
          return (
            box !== null && (
              <button
                key={gap.from}
                type="button"
                class="gap"
                style={box}
                title={sentenceOf(gap)}
                onClick={() => onSelect(gap.seq)}
              >
                <span class="gap-text">{agoText(gap.to - gap.from)}</span>
                <span class="hidden">, {gap.text}</span>
              </button>
            )
          );
        })}
        {ticks
          .filter(({ place }) => !isNearGap(scale, range, place) && within(place, range) < LAST)
          .map(({ place, ms }) => (
            <span
              key={ms}
              class="tick"
              aria-hidden="true"
              style={{ left: `${(within(place, range) * 100).toFixed(3)}%` }}
              title={timeText(scale.from + ms)}
            >
              {ms === 0 ? "0" : spanText(ms).replace(".0", "")}
            </span>
          ))}
        {taint !== null && <Taint at={taint} scale={scale} range={range} />}
      </div>
    </div>
  );
}

function sentenceOf({ text, from, to }: Gap): string {
  return `${text}: ${spanText(to - from)}`;
}

function Taint({ at, scale, range }: { at: number; scale: Scale; range: Range }) {
  const box = boxOf(scale, range, at, scale.to);
  return box === null ? null : (
    <span class="taint" style={box} title="From here on the conversation has untrusted content" />
  );
}

function timeOf({ taintSeq, items }: RunFold): number | null {
  const item = items.find((one) => one.kind === "tool" && one.endSeq === taintSeq);
  return item?.kind === "tool" ? item.to : null;
}

/** Whether a label would lie on one of the gaps, which have labels of their own. */
function isNearGap(scale: Scale, { start, end }: Range, place: number): boolean {
  const label = LABEL * (end - start);
  return scale.gaps.some((gap) => place + label > gap.start && place < gap.end);
}
