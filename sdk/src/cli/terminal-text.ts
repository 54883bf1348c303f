/**
 * Makes untrusted text safe for a terminal: it cannot move the cursor, set colours or reorder text.
 * Also measures text in columns, truncates it, and wraps it as it streams in.
 */

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const CONTROLS =
  // oxlint-disable-next-line no-control-regex -- matches control characters on purpose
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Replaces control characters with visible symbols. Keeps line feeds and drops carriage returns,
 * since remote text may end lines with both. Also replaces marks that change the text direction,
 * because they can disguise a line.
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

/** Returns the width of a line in columns. */
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

/** Returns the text as one line of at most `columns`, ending in an ellipsis if truncated. */
export function shorten(text: string, columns: number): string {
  // A tool may return megabytes; text far beyond the line is not processed.
  const near = text.slice(0, columns * 16);
  const line = neutralise(near).replaceAll(/\s+/g, " ").trim();
  if (near.length === text.length && columnsOf(line) <= columns) {
    return line;
  }
  const { head } = splitAt(line, columns - 1);
  return `${head.trimEnd()}…`;
}

/** Longest identifier, in characters. */
const MAX_IDENTIFIER = 64;

/** Whether a text is one word of a moderate length, as ids are. People copy it, so it is not cut. */
export function isIdentifier(text: string): boolean {
  return text.length <= MAX_IDENTIFIER && /^[!-~]+$/.test(text);
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

// A line may break at white space and around each character of a script without spaces.
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}`;
const BREAK = new RegExp(String.raw`[\s${UNSPACED}](?=[^\s${UNSPACED}]*$)`, "u");
const TOKENS = new RegExp(String.raw`\n|[^\S\n]+|[${UNSPACED}]|[^\s${UNSPACED}]+`, "gu");
const MAX_HELD = 256;

/**
 * Indents, wraps and neutralises text that arrives in pieces. Buffers a word until it is complete,
 * so that the pieces are not visible.
 */
export class TextFlow {
  readonly #indent: string;
  readonly #width: number;
  #held = "";
  #spaces = "";
  #column = 0;

  /** `width` includes the indent. Without it, nothing is wrapped. */
  constructor(indent: string, width = Number.POSITIVE_INFINITY) {
    this.#indent = indent;
    this.#width = Math.max(width, indent.length + 8);
  }

  /** Whether the last line is unfinished. */
  get midLine(): boolean {
    return this.#column > 0;
  }

  /** Adds a piece and returns the text that can be printed. */
  feed(piece: string): string {
    const text = this.#held + piece;
    const found = BREAK.exec(text);
    const known = found === null ? 0 : found.index + found[0].length;
    const cut = text.length - known > MAX_HELD ? lastWhole(text) : known;
    this.#held = text.slice(cut);
    return this.#lay(text.slice(0, cut));
  }

  /** Returns the rest and ends the line. */
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

/** Returns a cut position that does not split a surrogate pair. */
function lastWhole(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd8_00 && last <= 0xdb_ff ? text.length - 1 : text.length;
}

/** Lays out a complete text as a block that ends with a line feed. */
export function block(text: string, indent: string, width?: number): string {
  const flow = new TextFlow(indent, width);
  return flow.feed(text) + flow.end();
}
