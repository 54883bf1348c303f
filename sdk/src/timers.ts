/** Timers within what JavaScript can count, and none for `Infinity`. */

/** Longest delay of a timer, in milliseconds. A longer one fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls back once after the given milliseconds, never if they are `Infinity`.
 * @returns a function that stops it
 */
export function after(ms: number, callback: () => void): () => void {
  if (ms === Infinity) {
    return () => undefined;
  }
  const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
  return () => clearTimeout(timer);
}

/** Returns a signal that aborts after the given milliseconds, never if they are `Infinity`. */
export function limitOf(ms: number): AbortSignal {
  return ms === Infinity
    ? new AbortController().signal
    : AbortSignal.timeout(Math.min(ms, MAX_TIMER_MS));
}
