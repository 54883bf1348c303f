/** What a run recalls, and where it is in its prompt. Pure. */
import { z } from "zod";
import type { Conversation } from "../value/message.ts";
import { marked } from "../value/trust.ts";
import { MAX_RECALLED_CHARS } from "./limits.ts";
import { TRUST } from "./trust.ts";

const store = z.string().describe("The name of the store.");
const version = z.number().int().min(1).describe("The version that was recalled.");
const trust = z
  .enum(TRUST)
  .describe(
    "Who it comes from: `user` over the API, `agent` from a run, `untrusted` from a run that had read untrusted content.",
  );

/** A block as a run recalled it. */
export const recalledBlock = z.object({
  store,
  label: z.string().describe("The label of the block."),
  description: z.string().optional().describe("What the block is for."),
  version,
  trust,
  content: z.string().describe("Its content."),
});
/** A block as a run recalled it. */
export type RecalledBlock = z.infer<typeof recalledBlock>;

/** An item as a run recalled it. */
export const recalledItem = z.object({
  store,
  memory_id: z.string().describe("The id of the item."),
  key: z.string().optional().describe("The key of the item."),
  version,
  trust,
  score: z.number().describe("How well it matches the query; higher is better."),
  content: z.string().describe("Its content."),
});
/** An item as a run recalled it. */
export type RecalledItem = z.infer<typeof recalledItem>;

/** What the stores of a run answered. */
export interface Recalled {
  readonly blocks: readonly RecalledBlock[];
  readonly items: readonly RecalledItem[];
}

/** Returns what fits in a prompt: blocks first, then items, best first. Nothing is cut in two. */
export function fitted({ blocks, items }: Recalled): Recalled & { readonly leftOut: number } {
  let left = MAX_RECALLED_CHARS;
  const fits = ({ content }: { readonly content: string }): boolean => {
    const isIn = content.length <= left;
    left -= isIn ? content.length : 0;
    return isIn;
  };
  const kept = { blocks: blocks.filter(fits), items: items.filter(fits) };
  const leftOut = blocks.length + items.length - kept.blocks.length - kept.items.length;
  return { ...kept, leftOut };
}

/** Returns whether a part of what was recalled is untrusted. */
export function isTainted({ blocks, items }: Recalled): boolean {
  return [...blocks, ...items].some((one) => one.trust === "untrusted");
}

/** Returns the section of the system prompt for the trusted blocks; null without one. */
export function blocksText(blocks: readonly RecalledBlock[]): string | null {
  const trusted = blocks.filter((block) => block.trust !== "untrusted");
  if (trusted.length === 0) {
    return null;
  }
  const parts = trusted.map(({ label, description, content }) => {
    const title = description === undefined ? label : `${label}: ${line(description)}`;
    return `## ${title}\n${content}`;
  });
  return ["# What you remember from earlier tasks", ...parts].join("\n\n");
}

/** A line break inside a title could pose as another block. */
function line(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/**
 * Returns the conversation with recalled items, and with blocks that are not trusted, as marked data
 * at the end of the client's first request. They are never part of the system prompt.
 */
export function withRecalled(
  conversation: Conversation,
  { blocks, items }: Recalled,
): Conversation {
  const tainted = blocks.filter((block) => block.trust === "untrusted");
  const at = conversation.pinned.findLastIndex(({ role }) => role === "user");
  const turn = conversation.pinned[at];
  if (turn?.role !== "user" || items.length + tainted.length === 0) {
    return conversation;
  }
  const content = {
    ...(tainted.length === 0
      ? {}
      : { blocks: tainted.map(({ label, content: text }) => ({ label, content: text })) }),
    ...(items.length === 0
      ? {}
      : {
          items: items.map(({ memory_id, key, content: text }) => ({
            memory_id,
            ...(key === undefined ? {} : { key }),
            content: text,
          })),
        }),
  };
  const text = `${turn.text}\n\nMemory:\n${JSON.stringify(marked("memory", content))}`;
  return { ...conversation, pinned: conversation.pinned.with(at, { ...turn, text }) };
}

/**
 * Returns blocks with the newest content of those that the run has edited since. An edited block that
 * was not recalled is added.
 */
export function withEdits(
  blocks: readonly RecalledBlock[],
  edits: readonly RecalledBlock[],
): readonly RecalledBlock[] {
  const same = (a: RecalledBlock, b: RecalledBlock): boolean =>
    a.store === b.store && a.label === b.label;
  const known = blocks.map((block) => ({
    ...block,
    ...edits.findLast((edit) => same(edit, block)),
  }));
  const added = edits.filter(
    (edit, i) =>
      !blocks.some((block) => same(edit, block)) &&
      !edits.slice(i + 1).some((later) => same(edit, later)),
  );
  return fitted({ blocks: [...known, ...added], items: [] }).blocks;
}
