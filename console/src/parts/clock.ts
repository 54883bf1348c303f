/** The time of day as a signal: one timer for all that counts seconds, and none while hidden. */
import { signal, type ReadonlySignal } from "@preact/signals";

const TICK_MS = 1000;
const current = signal(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;
/** Milliseconds that the service's clock is ahead of this machine's. */
let ahead = 0;

/** The service's time in milliseconds since 1970, at most a second old. */
export const now: ReadonlySignal<number> = current;

/** Corrects the clock by what the service says its time is. */
export function correctClock(serverMs: number): void {
  ahead = serverMs - Date.now();
  current.value = serverMs;
}

/** Keeps the clock going. Returns what ends it. */
export function useOfClock(): () => void {
  users += 1;
  run();
  return () => {
    users -= 1;
    run();
  };
}

function run(): void {
  const shouldTick = users > 0 && !document.hidden;
  if (shouldTick && timer === undefined) {
    current.value = Date.now() + ahead;
    timer = setInterval(() => {
      current.value = Date.now() + ahead;
    }, TICK_MS);
  } else if (!shouldTick && timer !== undefined) {
    clearInterval(timer);
    timer = undefined;
  }
}

document.addEventListener("visibilitychange", run);
