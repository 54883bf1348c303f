/**
 * Retry pauses: how long to wait before the next attempt, and how to read `Retry-After`. Pure: the
 * clock and the random number are arguments. All durations are in milliseconds.
 */

/** Pauses that double from `baseMs` and stop growing at `maxMs`. */
interface Doubling {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Pauses from a list; further attempts repeat the last one. */
interface Listed {
  readonly pausesMs: readonly [number, ...number[]];
}

/** The nominal pauses between attempts, and how far the actual pause may differ from them. */
export type Backoff = (Doubling | Listed) & {
  /** Shortest and longest pause as factors of the nominal one. Without it there is no jitter. */
  readonly jitter?: readonly [shortest: number, longest: number];
};

/** Attempts of one call, and the pauses between them. */
export interface RetryPolicy extends Doubling {
  /** Failed attempts after which the call fails for good. */
  readonly maxAttempts: number;
}

/**
 * Returns the pause before the next attempt, in whole milliseconds.
 * @param attempt number of attempts made so far, from 1; a smaller number counts as 1
 * @param random 0 to 1; picks the pause within the policy's jitter
 */
export function delayOf(policy: Backoff, attempt: number, random = 0): number {
  const [shortest, longest] = policy.jitter ?? [1, 1];
  const index = Math.max(0, attempt - 1);
  const nominal =
    "pausesMs" in policy
      ? (policy.pausesMs[index] ?? policy.pausesMs.at(-1) ?? policy.pausesMs[0])
      : Math.min(policy.maxMs, policy.baseMs * 2 ** index);
  return Math.round(nominal * (shortest + random * (longest - shortest)));
}

/**
 * Returns the pause that a `Retry-After` header asks for: seconds (a fraction is accepted) or a
 * date. A date in the past is 0; a header that is missing or malformed is null.
 * @param now milliseconds since the epoch
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) {
    return Number(text) * 1000;
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
