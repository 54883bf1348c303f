/**
 * Text from outside, made fit for a terminal: nothing in it can move the cursor, colour the screen
 * or reorder what is read; it is measured in columns, cut to a width and wrapped as it streams in.
 */

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const CONTROLS =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Shows control characters as their pictures, so that they are seen and do nothing. Line feeds
 * stay; a carriage return goes, since text that came over a wire may end its lines with both.
 * Marks that change the direction of text are shown too: they can make a line read as another.
 */
export function neutralise(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\r", "")
    .replaceAll("\t", "  ")
    .replaceAll(/[\u2028\u2029]/g, "\n")
    .replaceAll(CONTROLS, pictureOf);
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) {
    return String.fromCharCode(0x2400 + code);
  }
  return code === 0x7f ? "\u2421" : "\ufffd";
}

const ASCII = /^[\u0020-\u007e]*$/;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** How many columns a line of text takes. */
export function columnsOf(text: string): number {
  if (ASCII.test(text)) {
    return text.length;
  }
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) {
    columns += graphemeColumns(segment);
  }
  return columns;
}

function graphemeColumns(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) {
    return 0;
  }
  return WIDE.test(grapheme) ? 2 : 1;
}

/** The text as one line of at most so many columns; what does not fit ends in an ellipsis. */
export function shorten(text: string, columns: number): string {
  // A tool may give megabytes; what is far beyond the line is never looked at.
  const near = text.slice(0, columns * 16);
  const line = neutralise(near).replaceAll(/\s+/g, " ").trim();
  if (near.length === text.length && columnsOf(line) <= columns) {
    return line;
  }
  const { head } = splitAt(line, columns - 1);
  return `${head.trimEnd()}…`;
}

function splitAt(text: string, columns: number): { head: string; rest: string } {
  let taken = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    taken += graphemeColumns(segment);
    if (taken > columns) {
      return { head: text.slice(0, index), rest: text.slice(index) };
    }
  }
  return { head: text, rest: "" };
}

// Where a line may be broken: at white space, and around each character of a script without it.
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}`;
const BREAK = new RegExp(String.raw`[\s${UNSPACED}](?=[^\s${UNSPACED}]*$)`, "u");
const TOKENS = new RegExp(String.raw`\n|[^\S\n]+|[${UNSPACED}]|[^\s${UNSPACED}]+`, "gu");
const MAX_HELD = 256;

/**
 * Lays out text that arrives in pieces: indented, wrapped at words, neutralised. A word is held
 * back until its end is known, so that a piece boundary never shows.
 */
export class TextFlow {
  readonly #indent: string;
  readonly #width: number;
  #held = "";
  #spaces = "";
  #column = 0;

  /** `width` counts the indent; without a limit nothing is wrapped. */
  constructor(indent: string, width = Number.POSITIVE_INFINITY) {
    this.#indent = indent;
    this.#width = Math.max(width, indent.length + 8);
  }

  /** Whether the last line is unfinished. */
  get midLine(): boolean {
    return this.#column > 0;
  }

  /** What can be printed now that this much more is known. */
  feed(piece: string): string {
    const text = this.#held + piece;
    const found = BREAK.exec(text);
    const known = found === null ? 0 : found.index + found[0].length;
    const cut = text.length - known > MAX_HELD ? lastWhole(text) : known;
    this.#held = text.slice(cut);
    return this.#lay(text.slice(0, cut));
  }

  /** The rest, with the line ended. */
  end(): string {
    const rest = this.#lay(this.#held);
    this.#held = "";
    const ended = this.#column > 0 ? `${rest}\n` : rest;
    this.#startLine();
    return ended;
  }

  #lay(text: string): string {
    let out = "";
    for (const [token] of neutralise(text).matchAll(TOKENS)) {
      if (token === "\n") {
        out += "\n";
        this.#startLine();
      } else if (/^\s/.test(token)) {
        this.#spaces += token;
      } else {
        out += this.#word(token);
      }
    }
    return out;
  }

  #word(word: string): string {
    let out = this.#column === 0 ? this.#beginLine() : "";
    const spaces = this.#spaces;
    this.#spaces = "";
    const needed = columnsOf(spaces) + columnsOf(word);
    if (this.#column + needed <= this.#width) {
      this.#column += needed;
      return out + spaces + word;
    }
    if (this.#column > this.#indent.length) {
      out += `\n${this.#beginLine()}`;
    }
    let rest = word;
    while (columnsOf(rest) > this.#width - this.#column) {
      const split = splitAt(rest, this.#width - this.#column);
      out += `${split.head}\n${this.#beginLine()}`;
      rest = split.rest;
    }
    this.#column += columnsOf(rest);
    return out + rest;
  }

  #beginLine(): string {
    this.#column = this.#indent.length;
    return this.#indent;
  }

  #startLine(): void {
    this.#column = 0;
    this.#spaces = "";
  }
}

/** A cut that leaves no half of a surrogate pair behind. */
function lastWhole(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd8_00 && last <= 0xdb_ff ? text.length - 1 : text.length;
}

/** The whole text laid out as a block, with its last line ended. */
export function block(text: string, indent: string, width?: number): string {
  const flow = new TextFlow(indent, width);
  return flow.feed(text) + flow.end();
}
