/** The effects of tool calls outside a run. */

/**
 * What a repeated tool call does outside the run. `pure`: nothing. `idempotent`: nothing new if it
 * has the same key. `once`: it repeats an effect that must not happen twice. `probe`: unknown, so
 * the tool is asked for the outcome of the first call.
 */
export const EFFECTS = ["pure", "idempotent", "once", "probe"] as const;
/** One of `EFFECTS`. */
export type Effect = (typeof EFFECTS)[number];
