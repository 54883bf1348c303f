/**
 * What a page is like, found out in one pass over its text: the libraries that read pages take time
 * that grows with the square of its tags, and faster with its nesting, so a page that was built to
 * keep them busy must not reach them.
 */

/** Tags, and levels of nesting, beyond which a page is not for reading. */
const MAX_TAGS = 40_000;
const MAX_DEPTH = 120;

/** Elements that hold nothing. */
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;

/** What an element that begins ends without saying so, as the parser has it: many pages leave these ends out. */
const IMPLIED_ENDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["p", new Set(["p"])],
  ["li", new Set(["li"])],
  ["dt", new Set(["dt", "dd"])],
  ["dd", new Set(["dt", "dd"])],
  ["tr", new Set(["tr", "td", "th"])],
  ["td", new Set(["td", "th"])],
  ["th", new Set(["td", "th"])],
  ["option", new Set(["option"])],
]);

/** Scripts, styles and comments: they are not read, and tag-like text in them is not a tag. */
const CODE_BEGINS = /<(?:(!--)|(script|style)(?=[\s/>]))/gi;

/** The page without scripts, styles and comments. One that does not end takes the rest along. */
export function withoutCode(html: string): string {
  const parts: string[] = [];
  const begins = new RegExp(CODE_BEGINS);
  let from = 0;
  for (let begin = begins.exec(html); begin !== null; begin = begins.exec(html)) {
    parts.push(html.slice(from, begin.index));
    const ends = begin[2] === undefined ? /-->/g : new RegExp(`</${begin[2]}`, "gi");
    ends.lastIndex = begins.lastIndex;
    if (ends.exec(html) === null) {
      return parts.join("");
    }
    const close = begin[2] === undefined ? ends.lastIndex : html.indexOf(">", ends.lastIndex) + 1;
    if (close === 0) {
      return parts.join("");
    }
    from = close;
    begins.lastIndex = from;
  }
  parts.push(html.slice(from));
  return parts.join("");
}

/** Why a page is not for reading, or null; as the end of "The page … to be read". */
export function shapeDefect(html: string): string | null {
  const open: string[] = [];
  let tags = 0;
  for (const [, end, tag] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)?/gi)) {
    tags += 1;
    if (tags > MAX_TAGS) {
      return "holds too many tags";
    }
    const name = (tag ?? "").toLowerCase();
    if (name === "" || VOID.test(name)) {
      continue;
    }
    if (end === "/") {
      const at = open.lastIndexOf(name);
      open.length = at === -1 ? open.length : at;
      continue;
    }
    const ends = IMPLIED_ENDS.get(name);
    while (ends?.has(open.at(-1) ?? "") === true) {
      open.pop();
    }
    open.push(name);
    if (open.length > MAX_DEPTH) {
      return "is nested too deeply";
    }
  }
  return null;
}
