/** Pure: parses Markdown into a tree. Loaded when a text is first shown; no HTML is made of it. */
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { Root } from "mdast";

/** Longer texts are shown as they are. */
const MOST_CHARS = 150_000;
/** A line of more quotes or list marks than this would nest too deeply for the parser. */
const MOST_NESTING = 100;
const NESTED = new RegExp(
  String.raw`(?:^|\n)[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){${MOST_NESTING},}`,
);
const BRACKETS = new RegExp(String.raw`(?:\[[^\]]{0,20}){${MOST_NESTING},}`);

/** Returns the tree of a text; null if it is too long or nested too deeply to be parsed. */
export function parseMarkdown(text: string): Root | null {
  if (text.length > MOST_CHARS || NESTED.test(text) || BRACKETS.test(text)) {
    return null;
  }
  return fromMarkdown(text, {
    extensions: [gfm({ singleTilde: false })],
    mdastExtensions: [gfmFromMarkdown()],
  });
}
