/**
 * The numbers of a client: how long it waits, and how often it tries again. All are whole numbers and
 * times are in milliseconds. A number that no timer can count, or that means nothing, is refused.
 */
import { MAX_TIMER_MS } from "./timers.ts";

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
export const DEFAULTS: Settings = {
  timeout: 30_000,
  maxRetries: 4,
  maxRetryAfter: 30_000,
  backoff: { initial: 100, max: 3000 },
  reconnect: { maxAttempts: 30, ping: 10_000, silence: 45_000 },
};

/** Overrides of single values. What is undefined, such as an unset variable, is not given. */
export interface GivenSettings {
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly maxRetryAfter?: number | undefined;
  readonly backoff?: Partial<Backoff> | undefined;
  readonly reconnect?: Partial<Reconnect> | undefined;
}

interface Range {
  readonly least: number;
  readonly most: number;
  /** Whether `Infinity`, which means no limit, is allowed beyond `most`. */
  readonly endless: boolean;
}

const LIMIT: Range = { least: 1, most: MAX_TIMER_MS, endless: true };
const DELAY: Range = { least: 0, most: MAX_TIMER_MS, endless: false };
const COUNT: Range = { least: 0, most: Number.MAX_SAFE_INTEGER, endless: true };

/** Fills in `DEFAULTS`. @throws TypeError naming the field and its range */
export function settingsFrom(given: GivenSettings): Settings {
  const { backoff = {}, reconnect = {} } = given;
  return {
    timeout: checkedTimeout(given.timeout) ?? DEFAULTS.timeout,
    maxRetries: checkedRetries(given.maxRetries) ?? DEFAULTS.maxRetries,
    maxRetryAfter: checked("maxRetryAfter", given.maxRetryAfter, COUNT) ?? DEFAULTS.maxRetryAfter,
    backoff: {
      initial: checked("backoff.initial", backoff.initial, DELAY) ?? DEFAULTS.backoff.initial,
      max: checked("backoff.max", backoff.max, DELAY) ?? DEFAULTS.backoff.max,
    },
    reconnect: {
      maxAttempts:
        checked("reconnect.maxAttempts", reconnect.maxAttempts, COUNT) ??
        DEFAULTS.reconnect.maxAttempts,
      ping: checked("reconnect.ping", reconnect.ping, LIMIT) ?? DEFAULTS.reconnect.ping,
      silence: checked("reconnect.silence", reconnect.silence, LIMIT) ?? DEFAULTS.reconnect.silence,
    },
  };
}

/** Checks a `timeout`. @throws TypeError naming it and its range */
export function checkedTimeout(value: number | undefined): number | undefined {
  return checked("timeout", value, LIMIT);
}

/** Checks `maxRetries`. @throws TypeError naming it and its range */
export function checkedRetries(value: number | undefined): number | undefined {
  return checked("maxRetries", value, COUNT);
}

/**
 * Checks that a value is a whole number of at least `least`.
 * @throws TypeError naming it and its range
 */
export function checkWhole(name: string, value: unknown, least = 0): void {
  check(name, value, { ...COUNT, least, endless: false });
}

function checked(name: string, value: number | undefined, range: Range): number | undefined {
  if (value !== undefined) {
    check(name, value, range);
  }
  return value;
}

function check(name: string, value: unknown, { least, most, endless }: Range): void {
  const isWhole = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  if (!isWhole && !(endless && value === Infinity)) {
    const end = endless ? `${most}, or Infinity` : String(most);
    throw new TypeError(
      `${name} must be a whole number from ${least} to ${end}, but is ${shown(value)}.`,
    );
  }
}

/** A number, or the type of anything else: a text may be a secret in the wrong place. */
function shown(value: unknown): string {
  return typeof value === "number" || value === null ? String(value) : `of type ${typeof value}`;
}
