/**
 * Counts the interruptions of a run. Those close together are one incident: one deploy, or one crash
 * loop. No progress resets the count, so a run that crashes the process cannot go on forever.
 */
import type { RecoveryReason } from "./event.ts";
import type { Interruptions } from "./state.ts";
import { delayOf, type Backoff } from "../value/backoff.ts";

/** Two interruptions closer than this belong to the same incident. */
const INCIDENT_MS = 30_000;
/** Pause after the third interruption of an incident; it doubles with each further one. */
const BACKOFF: Backoff = { baseMs: 250, maxMs: INCIDENT_MS };

/** The counts after one more interruption. @param at milliseconds since the epoch */
export function interrupted(
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
