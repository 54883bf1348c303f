/** Schedules retries of failed deliveries, and decides when a failing webhook is disabled. Pure. */
import { delayOf, type Backoff } from "../../run/value/backoff.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses between the attempts of one delivery. After the last one, about three days later, the
 * delivery fails for good. Jitter spreads deliveries that failed at the same time.
 */
const BACKOFF = {
  pausesMs: [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
  jitter: [1, 1.1],
} as const satisfies Backoff;
const LONGEST_PAUSE_MS = 24 * HOUR;

/** A webhook that only fails for this long is disabled. */
const MAX_FAILING_MS = 5 * 24 * HOUR;
/** Minimum attempts of a delivery before its failure can disable the webhook. */
const MIN_ATTEMPTS = 3;

/**
 * Returns the pause before the next attempt in milliseconds, or null if none follows.
 * @param attempts attempts made so far
 * @param retryAfterMs pause that the receiver asks for
 * @param random from 0 to 1
 */
export function pauseAfter(
  attempts: number,
  retryAfterMs: number | null,
  random: number,
): number | null {
  return attempts > BACKOFF.pausesMs.length
    ? null
    : Math.max(delayOf(BACKOFF, attempts, random), Math.min(retryAfterMs ?? 0, LONGEST_PAUSE_MS));
}

/**
 * Returns whether a webhook has failed for long enough to be disabled.
 * @param failingSince time of the first failure since the last success, milliseconds since the
 * epoch
 * @param attempts attempts of the delivery that failed now
 */
export function isFailingTooLong(failingSince: number, attempts: number, now: number): boolean {
  return now - failingSince > MAX_FAILING_MS && attempts >= MIN_ATTEMPTS;
}
