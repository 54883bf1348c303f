/** What a trace of Chromium says about the frames and the tasks of a page. */
import type { Browser, CDPSession, Page } from "playwright-core";

/** Frames and tasks of a while. */
export interface Frames {
  readonly frames: number;
  /** Frames after which the next one was more than 33 ms away. */
  readonly over33: number;
  /** Frames after which one was missed, at 60 in a second. */
  readonly over17: number;
  readonly p95Ms: number;
  /** Longest task of the page's main thread. */
  readonly longestTaskMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly message?: string } };
}

const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline.frame"];
const FRAME_MS = 1000 / 60;
/** A frame is on time up to this, since the clock of a machine without a screen is not exact. */
const JITTER_MS = 2;
const MARKS = { from: "bench:from", to: "bench:to" } as const;

/** Traces what `act` does. Everything before and after it is left out. */
export async function framesOf(
  browser: Browser,
  page: Page,
  act: () => Promise<unknown>,
): Promise<Frames> {
  await browser.startTracing(page, { categories: CATEGORIES });
  let text: Buffer;
  try {
    await page.evaluate(`console.timeStamp("${MARKS.from}")`);
    await act();
    await page.evaluate(`console.timeStamp("${MARKS.to}")`);
  } finally {
    text = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(text.toString()) as { traceEvents: TraceEvent[] };
  return summaryOf(traceEvents);
}

function summaryOf(events: readonly TraceEvent[]): Frames {
  const markOf = (name: string): TraceEvent | undefined =>
    events.find((one) => one.name === "TimeStamp" && one.args?.data?.message === name);
  const [from, to] = [markOf(MARKS.from), markOf(MARKS.to)];
  if (from === undefined || to === undefined) {
    throw new Error("The trace has no marks.");
  }
  const inside = events.filter(({ ts, pid }) => pid === from.pid && ts >= from.ts && ts <= to.ts);
  const drawn = inside.filter(({ name }) => name === "DrawFrame").map(({ ts }) => ts / 1000);
  const gaps = drawn
    .toSorted((a, b) => a - b)
    .flatMap((ts, i, all) => (i === 0 ? [] : [ts - (all[i - 1] ?? 0)]));
  const tasks = inside
    .filter(({ name, tid }) => name.endsWith("RunTask") && tid === from.tid)
    .map(({ dur = 0 }) => dur / 1000);
  const sorted = gaps.toSorted((a, b) => a - b);
  return {
    frames: drawn.length,
    over33: gaps.filter((ms) => ms > 2 * FRAME_MS + JITTER_MS).length,
    over17: gaps.filter((ms) => ms > FRAME_MS + JITTER_MS).length,
    p95Ms: rounded(sorted[Math.floor(sorted.length * 0.95)] ?? 0),
    longestTaskMs: rounded(Math.max(0, ...tasks)),
  };
}

/** Mebibytes of the JavaScript heap that are in use after garbage was collected. */
export async function heapOf(cdp: CDPSession): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    await cdp.send("HeapProfiler.collectGarbage");
  }
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  return rounded(usedSize / 1024 / 1024);
}

/** Two digits after the point. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
