/** Pure: round times for the labels of an axis. */
import type { Scale } from "./scale.ts";

/** A label of the axis. */
export interface Tick {
  /** Place on the axis, from 0 to 1. */
  readonly place: number;
  /** Milliseconds since the start of the axis. */
  readonly ms: number;
}

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;
const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  S,
  2 * S,
  5 * S,
  10 * S,
  15 * S,
  30 * S,
  MIN,
  2 * MIN,
  5 * MIN,
  10 * MIN,
  15 * MIN,
  30 * MIN,
  H,
  2 * H,
  3 * H,
  6 * H,
  12 * H,
  D,
  2 * D,
  7 * D,
  30 * D,
];
/** More labels than this are never made. */
const MOST = 40;

/**
 * Returns labels at round times in a part of the axis, at least `apart` of it from each other and
 * none within a gap.
 */
export function ticksOf(scale: Scale, start: number, end: number, apart: number): Tick[] {
  const zero = scale.from;
  const [first, last] = [scale.unproject(start) - zero, scale.unproject(end) - zero];
  // By the densest part: a step that fits there fits everywhere.
  const step = STEPS.find((one) => fits(scale, first, one, apart)) ?? STEPS.at(-1) ?? D;
  const ticks: Tick[] = [];
  for (
    let ms = nextOutside(scale, Math.ceil(first / step) * step, step);
    ms <= last && ticks.length < MOST;
    ms = nextOutside(scale, ms + step, step)
  ) {
    const place = scale.project(zero + ms);
    const before = ticks.at(-1);
    if (before === undefined || place - before.place >= apart * 0.99) {
      ticks.push({ place, ms });
    }
  }
  return ticks;
}

/** Whether two neighbours in the first linear part are far enough from each other. */
function fits(scale: Scale, first: number, step: number, apart: number): boolean {
  const from = scale.from + first;
  const gap = scale.gaps.find(({ gap: one }) => one.from <= from && one.to > from);
  const at = gap === undefined ? from : gap.gap.to;
  return scale.project(at + step) - scale.project(at) >= apart || at + step >= scale.to;
}

function nextOutside(scale: Scale, ms: number, step: number): number {
  let next = ms;
  for (const { gap } of scale.gaps) {
    const at = scale.from + next;
    if (gap.from < at && gap.to > at) {
      next = Math.ceil((gap.to - scale.from) / step) * step;
    }
  }
  return next;
}
