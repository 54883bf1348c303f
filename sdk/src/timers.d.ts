/** Timers within what JavaScript can count, and none for `Infinity`. */
/** Longest delay of a timer, in milliseconds. A longer one fires at once. */
export declare const MAX_TIMER_MS: number;
/**
 * Calls back once after the given milliseconds, never if they are `Infinity`.
 * @returns a function that stops it
 */
export declare function after(ms: number, callback: () => void): () => void;
/** Returns a signal that aborts after the given milliseconds, never if they are `Infinity`. */
export declare function limitOf(ms: number): AbortSignal;
