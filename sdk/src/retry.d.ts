/** Delays between attempts. */
import type { Backoff } from "./settings.ts";
/** Returns the delay before the nth retry (from 1) in milliseconds: exponential backoff with jitter. */
export declare function retryDelay(n: number, { initial, max }: Backoff): number;
/**
 * Resolves after the given milliseconds.
 * @throws the signal's reason as soon as it aborts
 */
export declare function sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
