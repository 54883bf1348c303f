/** Pure: which rows of a long list are built. */

/** A list of uniform rows, and the part of it that its box shows. */
export interface Viewport {
  readonly count: number;
  /** Height of a row in pixels. */
  readonly row: number;
  /** Pixels of the list above the box. */
  readonly scrolled: number;
  /** Height of the box in pixels. */
  readonly height: number;
}

/** The rows to build: `first` up to, and not including, `end`. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
}

/** Rows beyond the edges of the box, so that fast scrolling shows no gap. */
const BEYOND = 6;

/** Returns the rows that a box shows, with a few beyond its edges. */
export function windowOf({ count, row, scrolled, height }: Viewport): RowWindow {
  const first = Math.floor(scrolled / row) - BEYOND;
  const end = Math.ceil((scrolled + height) / row) + BEYOND;
  const clamp = (index: number): number => Math.min(Math.max(index, 0), count);
  return { first: clamp(first), end: clamp(end) };
}
