/** Stacked bars by day. Readers get the table next to it, since this is a picture. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { theme } from "./preferences.ts";
import type { Stack } from "./stack.ts";

interface PlotProps {
  readonly stack: Stack;
  /** Formats a value, such as a sum of money. */
  readonly textOf: (value: number) => string;
}

const HEIGHT = 240;
const DAY_S = 86_400;
const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
/** Colours of the groups in their order: those of the marks of the page. */
export const COLOURS = ["run", "model", "tool", "wait", "calm"] as const;

/** The bars, as wide as their place. */
export function Plot({ stack, textOf }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let plot: uPlot | null = null;
    let isGone = false;
    const draw = async (): Promise<void> => {
      const { default: UPlot } = await import("uplot");
      if (box.current !== null && !isGone) {
        plot?.destroy();
        plot = new UPlot(optionsOf(UPlot, stack, textOf, box.current), dataOf(stack), box.current);
      }
    };
    const resized = new ResizeObserver(() => {
      plot?.setSize({ width: box.current?.clientWidth ?? 0, height: HEIGHT });
    });
    if (box.current !== null) {
      resized.observe(box.current);
    }
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = (): void => void draw();
    dark.addEventListener("change", redraw);
    const end = effect(() => {
      if (theme.value !== undefined) {
        redraw();
      }
    });
    return () => {
      isGone = true;
      end();
      dark.removeEventListener("change", redraw);
      resized.disconnect();
      plot?.destroy();
    };
  }, [stack, textOf]);
  return (
    <div class="plot" ref={box} aria-hidden="true">
      {COLOURS.map((tone) => (
        <span key={tone} class={`plot-colour tone-${tone}`} data-tone={tone} />
      ))}
      <span class="plot-colour plot-axis" data-tone="axis" />
      <span class="plot-colour plot-grid" data-tone="grid" />
    </div>
  );
}

/** The tallest bar is drawn first: each covers the lower part of the one before. */
function dataOf({ days, groups }: Stack): uPlot.AlignedData {
  return [
    days.map((day) => Date.parse(day) / 1000),
    ...groups.toReversed().map(({ tops }) => tops.slice()),
  ];
}

function optionsOf(
  UPlot: typeof uPlot,
  { groups }: Stack,
  textOf: (value: number) => string,
  box: HTMLElement,
): uPlot.Options {
  const bars = UPlot.paths.bars?.({ size: [0.7, 36], radius: 0.12 });
  const axis = { stroke: colourOf(box, "axis"), grid: { stroke: colourOf(box, "grid"), width: 1 } };
  const font = `11px ${getComputedStyle(box).fontFamily}`;
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), "UTC"),
    scales: {
      // Half a day at both ends, for the halves of the first and the last bar.
      x: { range: (_, first, last) => [first - DAY_S / 2, last + DAY_S / 2] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        font,
        size: 28,
        grid: { show: false },
        ticks: { show: false },
        incrs: [1, 2, 5, 7, 14, 30].map((days) => days * DAY_S),
        values: (_, splits) => splits.map((seconds) => DAY.format(seconds * 1000)),
      },
      {
        ...axis,
        font,
        size: 70,
        ticks: { show: false },
        values: (_, splits) => splits.map(textOf),
      },
    ],
    series: [
      {},
      ...groups
        .map((_, i) => ({
          fill: colourOf(box, COLOURS[i] ?? "calm"),
          width: 0,
          points: { show: false },
          ...(bars !== undefined && { paths: bars }),
        }))
        .toReversed(),
    ],
  };
}

/** A canvas knows no variables: the colour of an element that has it. */
function colourOf(box: HTMLElement, tone: string): string {
  const probe = box.querySelector(`[data-tone="${tone}"]`);
  return probe === null ? "" : getComputedStyle(probe).color;
}
