/**
 * A recording as one animated SVG: text, CSS keyframes, no script and nothing loaded, so that it
 * plays inside an `<img>`. A reader who asks for less motion sees the last moment, standing still.
 */
import { columnsOf } from "../../sdk/src/cli/terminal-text.ts";
import type { Shot } from "./film.ts";
import type { Span } from "./screen.ts";

/** When what a pane is about comes up or goes down. */
export interface Lamp {
  readonly at: number;
  readonly isUp: boolean;
}

/** A window of the picture. */
export interface Pane {
  readonly title: string;
  readonly lines: number;
  readonly shots: readonly Shot[];
  /** The changes of the lamp in its title; no lamp if there are none. */
  readonly lamp: readonly Lamp[];
}

/** The whole picture. */
export interface Picture {
  readonly title: string;
  readonly description: string;
  readonly columns: number;
  readonly panes: readonly Pane[];
  /** Length of one round, ms; the end of every pane's last shot. */
  readonly duration: number;
}

const CHAR = 8.4;
const LINE = 19;
const MARGIN = 16;
const TITLE = 30;
const GAP = 10;

const STYLE = `
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d6dde6;white-space:pre}
.t{font-size:12px;fill:#8b98a8}.p{fill:#0f1720;stroke:#3b4654}.h{fill:#1a2430}
.b{font-weight:700;fill:#fff}.d{fill:#8b98a8}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}
.s{opacity:0}.last{opacity:1}.up{fill:#3fb950}.down{fill:#f85149}`;

/** @returns the file's text */
export function svg(picture: Picture): string {
  const width = Math.round(picture.columns * CHAR) + 2 * MARGIN;
  const frames: string[] = [];
  const body: string[] = [];
  let top = 1;
  for (const pane of picture.panes) {
    const height = TITLE + pane.lines * LINE + MARGIN;
    body.push(
      `<rect class="p" x="0.5" y="${top - 0.5}" width="${width - 1}" height="${height}" rx="8"/>`,
      `<path class="h" d="M1 ${top + TITLE - 6}v-16a8 8 0 0 1 8-8h${width - 18}a8 8 0 0 1 8 8v16z"/>`,
      `<text class="t" x="${MARGIN + (pane.lamp.length > 0 ? 14 : 0)}" y="${top + 16}">${escaped(pane.title)}</text>`,
    );
    const timed = (from: number, to: number): string => {
      const name = `k${frames.length}`;
      frames.push(keyframes(name, from, to, picture.duration));
      const last = to >= picture.duration ? " last" : "";
      return `class="s${last}" style="animation-name:${name}"`;
    };
    for (const [index, { at, isUp }] of pane.lamp.entries()) {
      const to = pane.lamp[index + 1]?.at ?? picture.duration;
      const lamp = `<circle class="${isUp ? "up" : "down"}" cx="${MARGIN + 4}" cy="${top + 12}" r="4"/>`;
      body.push(`<g ${timed(at, to)}>${lamp}</g>`);
    }
    for (const { line, row, from, to } of pane.shots) {
      const y = top + TITLE + (line + 1) * LINE - 8;
      body.push(`<g ${timed(from, to)}>${textOf(row, y)}</g>`);
    }
    top += height + GAP;
  }
  const seconds = picture.duration / 1000;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top - GAP + 1}" width="${width}" height="${top - GAP + 1}" role="img" aria-labelledby="title description">
<title id="title">${escaped(picture.title)}</title>
<desc id="description">${escaped(picture.description)}</desc>
<style>${STYLE}
@media (prefers-reduced-motion:no-preference){.s{opacity:0;animation:${seconds}s step-end infinite}
${frames.join("\n")}}
</style>
${body.join("\n")}
</svg>
`;
}

/** Visible from one moment to another, in each round. */
function keyframes(name: string, from: number, to: number, duration: number): string {
  const percent = (at: number): string => `${((100 * at) / duration).toFixed(2)}%`;
  const begin = from <= 0 ? "0%{opacity:1}" : `0%{opacity:0}${percent(from)}{opacity:1}`;
  const end = to >= duration ? "" : `${percent(to)}{opacity:0}`;
  return `@keyframes ${name}{${begin}${end}}`;
}

/** Each span at its column, stretched to it, so that the font of the reader does not matter. */
function textOf(row: readonly Span[], y: number): string {
  const texts: string[] = [];
  let column = 0;
  for (const span of row) {
    const length = columnsOf(span.text);
    const shown = span.text.trimEnd();
    const lead = shown.length - shown.trimStart().length;
    const columns = columnsOf(shown) - lead;
    if (columns > 0) {
      const x = (MARGIN + (column + lead) * CHAR).toFixed(1);
      const kind = classOf(span);
      const look = kind === "" ? "" : ` class="${kind}"`;
      texts.push(
        `<text${look} x="${x}" y="${y}" textLength="${(columns * CHAR).toFixed(1)}">${escaped(shown.slice(lead))}</text>`,
      );
    }
    column += length;
  }
  return texts.join("");
}

function classOf({ colour, bold, dim }: Span): string {
  return [colour?.at(0), bold ? "b" : null, dim ? "d" : null].filter(Boolean).join(" ");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
