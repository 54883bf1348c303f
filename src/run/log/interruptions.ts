/**
 * Counts the interruptions of a run. Interruptions close together are one incident: one deployment,
 * or one crash loop. No progress resets the count, so a run that crashes its process cannot
 * continue forever.
 */
import type { RecoveryReason } from "./event-data.ts";
import type { Interruptions } from "./state.ts";
import { delayOf, type Backoff } from "../value/backoff.ts";

/** Interruptions closer together than this, in milliseconds, belong to one incident. */
const INCIDENT_MS = 30_000;
/** Pause after the third interruption of an incident. It doubles with each further interruption. */
const BACKOFF: Backoff = { baseMs: 250, maxMs: INCIDENT_MS };

/**
 * Returns the counts after one more interruption.
 * @param at milliseconds since the epoch
 */
export function countInterruption(
  before: Interruptions,
  reason: RecoveryReason,
  at: number,
): Interruptions {
  const same = before.incidents > 0 && at - before.lastAt < INCIDENT_MS;
  const inIncident = same ? before.inIncident + 1 : 1;
  return {
    incidents: same ? before.incidents : before.incidents + 1,
    inIncident,
    lastAt: at,
    ofMemory: reason === "out_of_memory" ? before.ofMemory + 1 : 0,
    pauseUntil: inIncident < 3 ? 0 : at + delayOf(BACKOFF, inIncident - 2),
  };
}
