/** Delays between attempts. */
import type { Backoff } from "./settings.ts";
import { MAX_TIMER_MS } from "./timers.ts";

/** Returns the delay before the nth retry (from 1) in milliseconds: exponential backoff with jitter. */
export function retryDelay(n: number, { initial, max }: Backoff): number {
  const full = Math.min(initial * 2 ** (n - 1), max);
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
