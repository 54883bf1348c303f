/**
 * A small terminal: reads what a program writes and returns what its screen shows. Knows the
 * sequences that this project's programs and a shell write: colours, carriage return, backspace,
 * and erasing to the end of the line. Throws on any other, so that no picture is silently wrong.
 */

/** How a piece of text looks. */
export interface Style {
  readonly colour: "red" | "green" | "yellow" | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

/** Neighbouring characters of one style. */
export interface Span extends Style {
  readonly text: string;
}

/** One line of the screen. */
export type Row = readonly Span[];

interface Cell extends Style {
  readonly char: string;
}

const PLAIN: Style = { colour: null, bold: false, dim: false };
const COLOURS = new Map([
  [31, "red"],
  [32, "green"],
  [33, "yellow"],
] as const);
// oxlint-disable-next-line eslint/no-control-regex -- control characters are what a terminal reads
const TOKEN = /\u001b\[(?<params>[\d;?]*)(?<final>[A-Za-z])|[\r\n\b]|[^\u001b\r\n\b]/gu;

/** A screen of a fixed height that scrolls. */
export class Screen {
  readonly #rows: number;
  readonly #lines: Cell[][] = [[]];
  #column = 0;
  #style: Style = PLAIN;
  /** A sequence whose end has not arrived yet. */
  #rest = "";

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** Takes output in pieces of any size. @throws on a sequence that it does not know */
  write(output: string): void {
    const text = this.#rest + output;
    // oxlint-disable-next-line eslint/no-control-regex -- as above
    const cut = /\u001b(?:\[[\d;?]*)?$/.exec(text)?.index ?? text.length;
    this.#rest = text.slice(cut);
    for (const match of text.slice(0, cut).matchAll(TOKEN)) {
      const { params = "", final } = match.groups ?? {};
      if (final === undefined) {
        this.#put(match[0]);
      } else {
        this.#control(params, final);
      }
    }
  }

  /** The visible rows; only the last ones of a longer output. */
  get rows(): readonly Row[] {
    return this.#lines.slice(-this.#rows).map(spansOf);
  }

  /** The whole output as plain text, scrolled lines included. */
  get text(): string {
    return this.#lines.map((line) => line.map(({ char }) => char).join("")).join("\n");
  }

  #put(char: string): void {
    const line = this.#lines.at(-1) ?? [];
    switch (char) {
      case "\r":
        this.#column = 0;
        return;
      case "\b":
        this.#column = Math.max(0, this.#column - 1);
        return;
      case "\n":
        this.#lines.push([]);
        this.#column = 0;
        return;
      default:
        while (line.length < this.#column) {
          line.push({ ...PLAIN, char: " " });
        }
        line[this.#column] = { ...this.#style, char };
        this.#column += 1;
    }
  }

  #control(params: string, final: string): void {
    if (final === "m") {
      for (const code of params.split(";").map(Number)) {
        this.#style = styled(this.#style, code);
      }
    } else if (final === "K" && (params === "" || params === "0")) {
      this.#lines.at(-1)?.splice(this.#column);
    } else {
      throw new Error(`the screen does not know ESC[${params}${final}`);
    }
  }
}

function styled(style: Style, code: number): Style {
  const colour = COLOURS.get(code as 31 | 32 | 33);
  if (colour !== undefined) {
    return { ...style, colour };
  }
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, dim: true };
    case 22:
      return { ...style, bold: false, dim: false };
    case 39:
      return { ...style, colour: null };
    default:
      throw new Error(`the screen does not know the colour ${code}`);
  }
}

function spansOf(line: readonly Cell[]): Row {
  const spans: Span[] = [];
  for (const { char, ...style } of line) {
    const last = spans.at(-1);
    const isSame =
      last?.colour === style.colour && last.bold === style.bold && last.dim === style.dim;
    if (last !== undefined && isSame) {
      spans[spans.length - 1] = { ...last, text: last.text + char };
    } else {
      spans.push({ ...style, text: char });
    }
  }
  return spans;
}
