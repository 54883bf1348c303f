/** The whole run in one strip, with a brush for the part that is seen. */
import { useEffect, useRef } from "preact/hooks";
import type { Look, TimelineRow } from "./rows.ts";
import type { Range } from "./place.ts";
import type { Scale } from "./scale.ts";

interface OverviewProps {
  readonly rows: readonly TimelineRow[];
  readonly scale: Scale;
  readonly range: Range;
  readonly onRange: (range: Range) => void;
}

const HEIGHT = 28;
/** Moves of less than this are a click. */
const LEAST_BRUSH = 0.01;
const COLOURS: Readonly<Record<Look, string>> = {
  queue: "--model-fill",
  model: "--model-fill",
  stream: "--model-fill",
  tool: "--tool-fill",
  wait: "--wait-fill",
  held: "--wait-fill",
  bad: "--bad-fill",
  pause: "--calm-fill",
  void: "--calm-fill",
};

/** The strip. */
export function Overview({ rows, scale, range, onRange }: OverviewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const from = useRef<number | null>(null);
  useEffect(() => {
    if (canvas.current !== null) {
      draw(canvas.current, rows, scale);
    }
  }, [rows, scale]);
  const placeOf = ({ clientX }: PointerEvent): number => {
    const { left = 0, width = 1 } = canvas.current?.getBoundingClientRect() ?? {};
    return Math.min(Math.max((clientX - left) / width, 0), 1);
  };
  const brush = (event: PointerEvent): void => {
    if (from.current !== null) {
      const at = placeOf(event);
      const [start, end] = [Math.min(from.current, at), Math.max(from.current, at)];
      if (end - start >= LEAST_BRUSH) {
        onRange({ start, end });
      }
    }
  };
  return (
    <div
      class="overview"
      aria-hidden="true"
      onPointerDown={(event) => {
        from.current = placeOf(event);
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={brush}
      onPointerUp={(event) => {
        brush(event);
        from.current = null;
      }}
      onDblClick={() => onRange({ start: 0, end: 1 })}
    >
      <canvas ref={canvas} class="overview-canvas" />
      {range.end - range.start < 1 && (
        <span
          class="overview-range"
          style={{ left: `${range.start * 100}%`, width: `${(range.end - range.start) * 100}%` }}
        />
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, rows: readonly TimelineRow[], scale: Scale): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  if (context === null || width === 0) {
    return;
  }
  const colours = coloursNow();
  context.scale(ratio, ratio);
  // Of bars of one look that share a pixel only the first is drawn: a long run has hundreds of them.
  const drawn: Partial<Record<Look, string>> = {};
  const line = Math.min(Math.max((HEIGHT - 6) / Math.max(rows.length, 1), 0.6), 4);
  for (const [i, row] of rows.entries()) {
    const top = 3 + (i * (HEIGHT - 6)) / Math.max(rows.length, 1);
    for (const bar of row.bars) {
      const start = scale.project(bar.from) * width;
      const end = scale.project(bar.to) * width;
      const pixel = `${Math.floor(top * ratio)} ${Math.floor(start * ratio)} ${Math.floor(end * ratio)}`;
      if (drawn[bar.look] === pixel) {
        continue;
      }
      drawn[bar.look] = pixel;
      context.fillStyle = colours[bar.look];
      context.fillRect(start, top, Math.max(end - start, 1), Math.max(line, 1));
    }
  }
}

/** Returns what a colour is now: one with `light-dark()` is resolved only as the colour of something. */
function coloursNow(): Readonly<Record<Look, string>> {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = Object.fromEntries(
    Object.entries(COLOURS).map(([look, name]) => {
      probe.style.color = `var(${name})`;
      return [look, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return colours as Record<Look, string>;
}
