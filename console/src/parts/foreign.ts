/** Pure: makes text of models, tools and people safe to look at. */

/** Longest text that is shown at once; the rest is asked for. */
export const GATE_CHARS = 262_144;
/** What of a longer text is shown first. */
export const PREVIEW_CHARS = 4000;
/** What each further request adds. */
export const MORE_CHARS = 65_536;

/** Controls, direction and other format characters, and halves of pairs; but no joiners of emoji. */
const UNSEEN = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** Lines of `\r\n` are lines. */
const CRLF = /\r\n/g;

/** A piece of text: as it is, or the name of a character that would not be seen. */
export interface Piece {
  readonly text: string;
  readonly isMark: boolean;
}

/** Splits a text at the characters that could hide or turn round what is read. */
export function piecesOf(given: string): Piece[] {
  const text = given.replace(CRLF, "\n");
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(UNSEEN)) {
    if (index > from) {
      pieces.push({ text: text.slice(from, index), isMark: false });
    }
    pieces.push({ text: nameOf(found), isMark: true });
    from = index + found.length;
  }
  if (from < text.length || pieces.length === 0) {
    pieces.push({ text: text.slice(from), isMark: false });
  }
  return pieces;
}

/** Cuts a text without halving a character above U+FFFF. */
export function cutAt(text: string, chars: number): string {
  if (text.length <= chars) {
    return text;
  }
  const last = text.charCodeAt(chars - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars);
}

/** Returns one line of at most `chars` characters, for a row or a title. */
export function lineOf(text: string, chars = 300): string {
  const line = cutAt(text, chars * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  const cut = cutAt(line, chars);
  return cut.length < line.length || text.length > chars * 2 ? `${cut}…` : cut;
}

/** The address of a link, if it may be followed: `http`, `https` or `mailto`. */
export function safeAddress(text: string): { href: string; host: string } | null {
  if (!URL.canParse(text)) {
    return null;
  }
  const { protocol, href, host, pathname } = new URL(text);
  if (protocol === "http:" || protocol === "https:") {
    return { href, host };
  }
  return protocol === "mailto:" ? { href, host: pathname } : null;
}

function nameOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code}`;
}

/** A text for a place that has no markup, such as an option: names characters that cannot be seen. */
export function plainText(given: string): string {
  return piecesOf(given)
    .map(({ text }) => text)
    .join("");
}
