/**
 * Pure: the axis of a run. Time is mapped to `0..1`; a gap in which the run only waited gets a fixed
 * share, whatever it lasted, so that hours of waiting do not squeeze seconds of work.
 */

/** A span of time in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A span that is drawn shorter than it was, with what it was. */
export interface Gap extends Span {
  readonly text: string;
  /** The event that tells of it. */
  readonly seq: number;
}

/** A piece of the axis: linear within. */
interface Piece extends Span {
  readonly start: number;
  readonly end: number;
  readonly gap: Gap | null;
}

/** Share of the axis that one gap gets. */
const GAP_SHARE = 0.045;
/** All gaps together get at most this. */
const MOST_GAPS = 0.4;

/** The axis of a run. */
export class Scale {
  readonly from: number;
  readonly to: number;
  readonly #pieces: readonly Piece[];

  /** @param gaps apart from each other, within the span */
  constructor({ from, to }: Span, gaps: readonly Gap[]) {
    this.from = from;
    this.to = Math.max(to, from + 1);
    const sorted = gaps
      .filter((gap) => gap.from >= this.from && gap.to <= this.to && gap.to > gap.from)
      .toSorted((a, b) => a.from - b.from);
    const each = sorted.length === 0 ? 0 : Math.min(GAP_SHARE, MOST_GAPS / sorted.length);
    const idle = sorted.reduce((sum, gap) => sum + gap.to - gap.from, 0);
    const busy = this.to - this.from - idle;
    // Without any work in it, the axis is its gaps.
    const perMs = busy > 0 ? (1 - each * sorted.length) / busy : 0;
    const perGap = busy > 0 ? each : 1 / Math.max(sorted.length, 1);
    this.#pieces = piecesOf(this, sorted, perMs, perGap);
  }

  /** The place of a time on the axis, from 0 to 1; beyond its ends it stays at them. */
  project(ms: number): number {
    const at = Math.min(Math.max(ms, this.from), this.to);
    const piece = this.#pieces.find(({ to }) => at <= to) ?? this.#pieces.at(-1);
    if (piece === undefined) {
      return 0;
    }
    const share = piece.to === piece.from ? 0 : (at - piece.from) / (piece.to - piece.from);
    return piece.start + share * (piece.end - piece.start);
  }

  /** The time at a place on the axis. */
  unproject(place: number): number {
    const at = Math.min(Math.max(place, 0), 1);
    const piece = this.#pieces.find(({ end }) => at <= end) ?? this.#pieces.at(-1);
    if (piece === undefined) {
      return this.from;
    }
    const share = piece.end === piece.start ? 0 : (at - piece.start) / (piece.end - piece.start);
    return piece.from + share * (piece.to - piece.from);
  }

  /** The gaps with their places. */
  get gaps(): readonly { readonly gap: Gap; readonly start: number; readonly end: number }[] {
    return this.#pieces.flatMap(({ gap, start, end }) =>
      gap === null ? [] : [{ gap, start, end }],
    );
  }
}

function piecesOf(span: Span, gaps: readonly Gap[], perMs: number, perGap: number): Piece[] {
  const pieces: Piece[] = [];
  let [at, place] = [span.from, 0];
  const push = (to: number, share: number, gap: Gap | null): void => {
    if (to > at) {
      pieces.push({ from: at, to, start: place, end: Math.min(place + share, 1), gap });
      place = Math.min(place + share, 1);
    }
    at = to;
  };
  for (const gap of gaps) {
    push(gap.from, (gap.from - at) * perMs, null);
    push(gap.to, perGap, gap);
  }
  push(span.to, (span.to - at) * perMs, null);
  return pieces;
}

/** Returns the spans of a time in which none of some spans lasts. */
export function idleSpans(within: Span, busy: readonly Span[]): Span[] {
  const idle: Span[] = [];
  let at = within.from;
  for (const { from, to } of busy.toSorted((a, b) => a.from - b.from)) {
    if (from > at) {
      idle.push({ from: at, to: Math.min(from, within.to) });
    }
    at = Math.max(at, to);
  }
  if (at < within.to) {
    idle.push({ from: at, to: within.to });
  }
  return idle.filter(({ from, to }) => to > from);
}
