/**
 * Time limits and sleep. Timers are cleared as soon as the outcome is known. Abandoned work
 * continues unless it watches a signal itself; its later failure is ignored.
 */

/** Thrown if work takes longer than its limit. */
export class TimedOut extends Error {
  constructor(ms: number) {
    super(`not done within ${ms} ms`);
    this.name = "TimedOut";
  }
}

/**
 * Resolves after `ms` milliseconds.
 * @throws the signal's reason as soon as it is aborted
 */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await (signal === undefined ? timeUp : unlessAborted(timeUp, signal));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Settles like the work, within `ms` milliseconds.
 * @throws TimedOut after that; the signal's reason as soon as it is aborted
 */
export async function within<T>(work: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
  const limit = Promise.withResolvers<never>();
  // The error is created late: capturing its stack takes longer than the timer.
  const timer = setTimeout(() => limit.reject(new TimedOut(ms)), ms);
  const done = Promise.race([work, limit.promise]);
  try {
    return await (signal === undefined ? done : unlessAborted(done, signal));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs work with a signal that is aborted with `late` after `ms` milliseconds. The work must watch
 * the signal: it is awaited to its end.
 */
export async function limited<T>(
  ms: number,
  late: Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(late), ms);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Settles like the work.
 * @throws the signal's reason as soon as it is aborted
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) {
    stop();
  }
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Resolves once the signal is aborted; never rejects. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
