/** The code blocks of the documentation, read as a reader meets them. */
import { globSync, readFileSync } from "node:fs";

export interface Block {
  /** The page and the line at which the block begins. */
  readonly at: string;
  readonly page: string;
  /** The first word after the fence: `sh`, `json`, `ts` … */
  readonly language: string;
  /** What the words after it say of how the block is used. */
  readonly use: string;
  readonly text: string;
}

/** The pages that readers are led through; decisions are history. */
export function pages(): string[] {
  return globSync(["*.md", "docs/**/*.md", "sdk/*.md"])
    .filter((page) => !page.startsWith("docs/decisions/"))
    .toSorted();
}

/** Blocks in their order, but those of plain `text`: pictures, and what programs say. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; info: string; line: number; lines: string[] } | null = null;
  for (const [index, line] of readFileSync(page, "utf8").split("\n").entries()) {
    const fence = /^(`{3,})(.*)$/.exec(line);
    if (open === null) {
      open =
        fence === null
          ? null
          : { fence: fence[1] ?? "", info: (fence[2] ?? "").trim(), line: index + 1, lines: [] };
    } else if (fence?.[1] === open.fence && fence[2] === "") {
      const [language = "", ...use] = open.info.split(" ");
      if (language === "") {
        throw new Error(
          `${page}:${open.line}: what is this block? A picture, or output, is "text"`,
        );
      }
      if (language !== "text") {
        const text = open.lines.join("\n");
        blocks.push({ at: `${page}:${open.line}`, page, language, use: use.join(" "), text });
      }
      open = null;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== null) {
    throw new Error(`${page}:${open.line}: the block does not end`);
  }
  return blocks;
}
