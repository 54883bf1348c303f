/** Pure: places of the axis as CSS, within the part that is seen. */
import type { Scale } from "./scale.ts";

/** A part of the axis, from 0 to 1. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Zoomed further in than this, a bar would be all that is seen. */
export const LEAST_RANGE = 0.002;

/** Space on each side of what was zoomed to, as a share of it. */
const MARGIN = 0.08;

/** Bars are at least this wide, in pixels. */
const LEAST_PX = 3;

/** The share of the seen part at which a place of the axis is; beyond its edges it is cut. */
export function within(place: number, { start, end }: Range): number {
  return Math.min(Math.max((place - start) / (end - start), -0.01), 1.01);
}

/** Left and width of a span, as CSS; null if none of it is seen. */
export function boxOf(
  scale: Scale,
  range: Range,
  from: number,
  to: number,
): { left: string; width: string } | null {
  const [start, end] = [scale.project(from), scale.project(to)];
  if (end < range.start || start > range.end) {
    return null;
  }
  const [left, right] = [Math.max(within(start, range), 0), Math.min(within(end, range), 1)];
  // What is too short to be seen is drawn, and stays within the box.
  return {
    left: `min(${percent(left)}, calc(100% - ${LEAST_PX}px))`,
    width: `max(${percent(Math.max(right - left, 0))}, ${LEAST_PX}px)`,
  };
}

/** The part of the axis that shows some spans, with a margin; null without any. */
export function rangeOf(
  scale: Scale,
  spans: readonly { readonly from: number; readonly to: number }[],
): Range | null {
  if (spans.length === 0) {
    return null;
  }
  const start = scale.project(Math.min(...spans.map(({ from }) => from)));
  const end = scale.project(Math.max(...spans.map(({ to }) => to)));
  const margin = Math.max((end - start) * MARGIN, LEAST_RANGE / 2);
  return clampRange({ start: start - margin, end: end + margin });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

/** Returns a range that keeps its length where it fits between 0 and 1. */
export function clampRange({ start, end }: Range): Range {
  const length = Math.min(Math.max(end - start, LEAST_RANGE), 1);
  const from = Math.min(Math.max(start, 0), 1 - length);
  return { start: from, end: from + length };
}
