/** A row of the timeline: what it is, and when it was. */
import { Icon } from "../parts/icon.tsx";
import { lineOf } from "../parts/foreign.ts";
import { countText, moneyText, spanText } from "../parts/number.ts";
import { Text } from "../parts/text.tsx";
import { boxOf, type Range } from "./place.ts";
import type { TimelineRow } from "./rows.ts";
import type { Scale } from "./scale.ts";

interface RowProps {
  readonly row: TimelineRow;
  readonly index: number;
  readonly scale: Scale;
  readonly range: Range;
  readonly isSelected: boolean;
  /** Whether it is not what a person looks for. */
  readonly isDim: boolean;
  readonly onSelect: (seq: number) => void;
  readonly onToggle: (row: TimelineRow) => void;
  /** Zooms to it. */
  readonly onFit: (row: TimelineRow) => void;
}

/** The row. */
export function Row(props: RowProps) {
  const { row, index, scale, range, isSelected, isDim, onSelect, onToggle, onFit } = props;
  const { name, about, depth, bars, at, members, isFolded, item } = row;
  const length = lengthOf(row);
  const isRecovery = item.kind === "mark" && item.what === "recovery";
  return (
    <div
      class={`timeline-row timeline-${item.kind} ${isSelected ? "timeline-selected" : ""} ${isDim ? "timeline-dim" : ""}`}
      role="row"
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-selected={isSelected}
      {...(members > 0 ? { "aria-expanded": !isFolded } : {})}
      onDblClick={() => onFit(row)}
    >
      <div
        class="timeline-name"
        role="rowheader"
        style={{ paddingInlineStart: `${depth * 16 + 6}px` }}
      >
        {members > 0 ? (
          <button
            type="button"
            class={isFolded ? "timeline-twist" : "timeline-twist timeline-open"}
            aria-label={isFolded ? `Show ${members} calls` : `Hide ${members} calls`}
            onClick={() => onToggle(row)}
            onDblClick={(event) => event.stopPropagation()}
          >
            <Icon name="chevron" size={12} />
          </button>
        ) : (
          <span class="timeline-twist" />
        )}
        <button type="button" class="timeline-select clip" onClick={() => onSelect(row.seq)}>
          <Text text={lineOf(name, 80)} /> <Text class="muted" text={lineOf(about, 120)} />
        </button>
        <span class="timeline-length">{length === null ? "" : spanText(length)}</span>
      </div>
      <span class="hidden" role="gridcell">
        {saidOf(row, scale.from)}
      </span>
      <div class="timeline-lane" aria-hidden="true" onClick={() => onSelect(row.seq)}>
        {bars.map((bar, i) => {
          const box = boxOf(scale, range, bar.from, bar.to);
          return (
            box !== null && (
              <span
                key={i}
                class={`bar bar-${bar.look} ${bar.isLive ? "bar-live" : ""}`}
                style={box}
                title={`${name}: ${spanText(bar.to - bar.from)}`}
              />
            )
          );
        })}
        {at !== null && <Moment at={at} scale={scale} range={range} isLine={isRecovery} />}
      </div>
    </div>
  );
}

interface MomentProps {
  readonly at: number;
  readonly scale: Scale;
  readonly range: Range;
  readonly isLine: boolean;
}

function Moment({ at, scale, range, isLine }: MomentProps) {
  const box = boxOf(scale, range, at, at);
  return box === null ? null : (
    <span class={isLine ? "moment moment-line" : "moment"} style={{ left: box.left }} />
  );
}

/** What the bars show, for readers: when it began, how it stands, what it used. */
function saidOf({ item, bars, at, child }: TimelineRow, start: number): string {
  const from = at ?? bars[0]?.from;
  const parts = from === undefined ? [] : [`began after ${spanText(from - start)}`];
  if (child !== null) {
    parts.push(child.status ?? "open");
  } else if (item.kind === "model" || item.kind === "tool") {
    parts.push(item.state);
  }
  if (item.kind === "model") {
    const used = item.attempts.flatMap(({ usage }) => (usage === null ? [] : [usage]));
    const sum = (pick: (one: (typeof used)[number]) => number): number =>
      used.reduce((total, one) => total + pick(one), 0);
    parts.push(
      `${countText(sum((one) => one.input_tokens + one.output_tokens))} tokens`,
      moneyText(sum((one) => one.cost_micro_usd) / 1_000_000),
    );
  }
  return parts.join(", ");
}

function lengthOf({ bars }: TimelineRow): number | null {
  const [first, last] = [bars[0], bars.at(-1)];
  return first === undefined || last === undefined ? null : last.to - first.from;
}
