/** Which memory stores a run reads and writes: the field `long_term_memory` of a config. */
import { z } from "zod";

/**
 * Whose memory a store is: that of all tasks of the tenant, of an agent, of the task's subject, or of
 * the agent about the subject.
 */
export const MEMORY_SCOPES = ["tenant", "agent", "subject", "agent_subject"] as const;
/** One of `MEMORY_SCOPES`. */
export type MemoryScope = (typeof MEMORY_SCOPES)[number];

/** Maximum items that a run recalls from one store. */
const MAX_RECALLED_ITEMS = 20;
/** Items recalled from a store if its config does not say how many. */
export const DEFAULT_RECALLED_ITEMS = 5;

const memoryStore = z.strictObject({
  scope: z
    .enum(MEMORY_SCOPES)
    .describe(
      "`tenant`: one store for all tasks. `agent`: one for the agent. `subject`: one for the task's subject. `agent_subject`: one for the agent and the subject.",
    ),
  access: z
    .exactOptional(z.enum(["read", "write"]))
    .describe("`write` also offers the tools that save, change and delete. Default: `read`."),
  recall: z
    .exactOptional(
      z.strictObject({
        blocks: z
          .exactOptional(z.boolean())
          .describe("Whether the blocks are in the prompt. Default: true."),
        items: z
          .exactOptional(z.number().int().min(0).max(MAX_RECALLED_ITEMS))
          .describe(
            `Maximum items that match the goal and are in the prompt. Default: ${DEFAULT_RECALLED_ITEMS}.`,
          ),
      }),
    )
    .describe("What the run recalls before its first model call."),
});
/** A store of a config. */
export type MemoryStoreConfig = z.infer<typeof memoryStore>;

/** The memory stores of a run. */
export const longTermMemory = z.strictObject({
  stores: z
    .array(memoryStore)
    .min(1)
    .max(MEMORY_SCOPES.length)
    .refine((stores) => new Set(stores.map(({ scope }) => scope)).size === stores.length, {
      message: "name a scope more than once",
    })
    .describe("The stores, each scope at most once."),
});
/** Returns whether a scope needs the task's subject. */
export function needsSubject(scope: MemoryScope): boolean {
  return scope === "subject" || scope === "agent_subject";
}
