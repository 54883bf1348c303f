/** What tool calls do to the world outside a run. */

/**
 * What a second run of the same tool call would do to the world: nothing (`pure`), nothing new if it
 * has the same key (`idempotent`), something nobody wants (`once`), or ask the tool first (`probe`).
 */
export const EFFECTS = ["pure", "idempotent", "once", "probe"] as const;
export type Effect = (typeof EFFECTS)[number];
