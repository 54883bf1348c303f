/** Delays between attempts, with jitter. */
export interface Backoff {
  /** Delay before the second attempt. It doubles with each further one. */
  readonly initial: number;
  /** Upper limit of the delay. */
  readonly max: number;
}
/** How a watch notices a lost connection, and when it gives up. */
export interface Reconnect {
  /** Connections in a row that deliver no event before a watch gives up. `Infinity`: never. */
  readonly maxAttempts: number;
  /** Interval between pings on an idle WebSocket. Two unanswered pings end the connection. */
  readonly ping: number;
  /** Longest silence on an HTTP event stream. The service sends something every 15 seconds. */
  readonly silence: number;
}
/** The numbers of a client. `Infinity` sets no limit, except for the delays of `backoff`. */
export interface Settings {
  /** Timeout of one attempt of a request. A long poll (`wait`) extends it by the time it asks for. */
  readonly timeout: number;
  /** Further attempts of a request after a transient failure. 0: none. */
  readonly maxRetries: number;
  /** Longest `Retry-After` that the client waits for. A longer one fails the call at once. */
  readonly maxRetryAfter: number;
  readonly backoff: Backoff;
  readonly reconnect: Reconnect;
}
/** Suits a program that prefers waiting to failing. */
export declare const DEFAULTS: Settings;
/** Overrides of single values. What is undefined, such as an unset variable, is not given. */
export interface GivenSettings {
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly maxRetryAfter?: number | undefined;
  readonly backoff?: Partial<Backoff> | undefined;
  readonly reconnect?: Partial<Reconnect> | undefined;
}
/** Fills in `DEFAULTS`. @throws TypeError naming the field and its range */
export declare function settingsFrom(given: GivenSettings): Settings;
/** Checks a `timeout`. @throws TypeError naming it and its range */
export declare function checkedTimeout(value: number | undefined): number | undefined;
/** Checks `maxRetries`. @throws TypeError naming it and its range */
export declare function checkedRetries(value: number | undefined): number | undefined;
/**
 * Checks that a value is a whole number of at least `least`.
 * @throws TypeError naming it and its range
 */
export declare function checkWhole(name: string, value: unknown, least?: number): void;
