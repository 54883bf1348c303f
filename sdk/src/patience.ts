/** How long a client waits for the service, and how often it asks again. */

/** All of it can be set; the defaults suit a program that would rather wait than fail. */
export interface Patience {
  /** The longest wait for an answer, milliseconds. A request that asks to be held is given more. */
  readonly requestMs: number;
  /** How often a request is sent again after a failure that may pass. */
  readonly maxRetries: number;
  /** The first pause between two tries, milliseconds; each further one is twice as long. */
  readonly retryMs: number;
  /** The longest such pause, milliseconds. */
  readonly maxRetryMs: number;
  /** The longest pause that the service may ask for by `Retry-After`, seconds. Beyond it, the refusal is given at once. */
  readonly maxRetryAfter: number;
  /** Connections in a row that bring no event, after which watching gives up. */
  readonly maxReconnects: number;
  /** How often a quiet WebSocket is asked whether it is still there, milliseconds. */
  readonly pingMs: number;
  /** How long an event stream over HTTP may say nothing, milliseconds; the service says something every 15 seconds. */
  readonly silenceMs: number;
}

export const PATIENCE: Patience = {
  requestMs: 30_000,
  maxRetries: 4,
  retryMs: 100,
  maxRetryMs: 3000,
  maxRetryAfter: 30,
  maxReconnects: 30,
  pingMs: 10_000,
  silenceMs: 45_000,
};

/** The pause before the nth further try (from 1): longer each time, and never the same for two clients. */
export function pauseBefore(n: number, { retryMs, maxRetryMs }: Patience): number {
  const full = Math.min(retryMs * 2 ** (n - 1), maxRetryMs);
  return full * (0.5 + Math.random() / 2);
}

/**
 * Waits so many milliseconds.
 * @throws the signal's reason, as soon as it is given
 */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
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
