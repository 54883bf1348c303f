/**
 * Checks a page's size and nesting in one pass. The libraries that parse pages take time quadratic
 * in the number of tags, and even more with nesting depth, so a malicious page must not reach them.
 */

/** Maximum number of tags, and maximum nesting depth. */
const MAX_TAGS = 40_000;
const MAX_DEPTH = 120;

/** Void elements. */
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;

/**
 * Elements that a start tag closes implicitly, as in the HTML parser. Many pages omit these end
 * tags.
 */
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

/**
 * Starts of scripts, styles and comments. Their content is not read, and tag-like text in them is
 * not a tag.
 */
const CODE_BEGINS = /<(?:(!--)|(script|style)(?=[\s/>]))/gi;

/** Removes scripts, styles and comments. One without an end removes the rest of the page. */
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

/**
 * Returns why a page is rejected, or null, as the middle of the sentence "The page … to be read".
 */
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
