/** The `flags` of spans and links: the sampled flag, and whether the parent is of another process. */
import type { Span } from "./span.ts";

const SAMPLED = 1;
const KNOWS_REMOTE = 0x1_00;
const REMOTE = 0x2_00;

/** Flags of a link: to the span of a child, which another process writes. */
export const LINK_FLAGS = SAMPLED | KNOWS_REMOTE | REMOTE;

/** Returns the flags of a span. */
export function flagsOf({ isRoot, parentSpanId }: Pick<Span, "isRoot" | "parentSpanId">): number {
  return SAMPLED | KNOWS_REMOTE | (isRoot && parentSpanId !== null ? REMOTE : 0);
}
