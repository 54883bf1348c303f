/** When and how often the client retries. Whole numbers; counts and `maxRetryAfterS` may be `Infinity`. */
import { MAX_TIMER_MS } from "./timers.ts";

export interface RetryPolicy {
  /** Retries of one request after a transient failure. */
  readonly maxRetries: number;
  /** Delay before the first retry, in milliseconds. It doubles with each further one. */
  readonly delayMs: number;
  /** Upper limit of that delay, in milliseconds. */
  readonly maxDelayMs: number;
  /** Longest `Retry-After` that the client waits for, in seconds. A longer one fails the call at once. */
  readonly maxRetryAfterS: number;
  /** Connections in a row that deliver no event before a watch gives up. */
  readonly maxReconnects: number;
}

/** Suits a program that prefers waiting to failing. */
export const DEFAULT_RETRY: RetryPolicy = {
  maxRetries: 4,
  delayMs: 100,
  maxDelayMs: 3000,
  maxRetryAfterS: 30,
  maxReconnects: 30,
};

/** Returns the delay before the nth retry (from 1) in milliseconds: exponential backoff with jitter. */
export function retryDelay(n: number, { delayMs, maxDelayMs }: RetryPolicy): number {
  const full = Math.min(delayMs * 2 ** (n - 1), maxDelayMs);
  return full * (0.5 + Math.random() / 2);
}

/**
 * Resolves after the given milliseconds.
 * @throws the signal's reason as soon as it aborts
 */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let left = ms;
  do {
    const part = Math.min(left, MAX_TIMER_MS);
    await pause(part, signal);
    left -= part;
  } while (left > 0);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) {
      stop();
    } else {
      signal?.addEventListener("abort", stop, { once: true });
    }
  });
}
