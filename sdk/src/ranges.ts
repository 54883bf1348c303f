/** Checks the numbers that a client is built with, so that no timer gets one it cannot keep. */
import { DEFAULT_RETRY, type RetryPolicy } from "./retry.ts";
import { MAX_TIMER_MS } from "./timers.ts";
import { DEFAULT_TIMEOUTS, type Timeouts } from "./timeouts.ts";

interface Range {
  readonly least: number;
  readonly most: number;
  /** Whether `Infinity`, which means no limit, is allowed beyond `most`. */
  readonly endless: boolean;
}

const LIMIT: Range = { least: 1, most: MAX_TIMER_MS, endless: true };
const DELAY: Range = { least: 0, most: MAX_TIMER_MS, endless: false };
const COUNT: Range = { least: 0, most: Number.MAX_SAFE_INTEGER, endless: true };

const TIMEOUTS: Readonly<Record<keyof Timeouts, Range>> = {
  requestMs: LIMIT,
  pingMs: LIMIT,
  silenceMs: LIMIT,
};
const RETRY: Readonly<Record<keyof RetryPolicy, Range>> = {
  maxRetries: COUNT,
  delayMs: DELAY,
  maxDelayMs: DELAY,
  maxRetryAfterS: COUNT,
  maxReconnects: COUNT,
};

/** Fills in `DEFAULT_TIMEOUTS`. @throws TypeError naming the field and its range */
export function timeoutsFrom(given: Partial<Timeouts> | undefined): Timeouts {
  return filled("timeouts", DEFAULT_TIMEOUTS, given, TIMEOUTS);
}

/** Fills in `DEFAULT_RETRY`. @throws TypeError naming the field and its range */
export function retryFrom(given: Partial<RetryPolicy> | undefined): RetryPolicy {
  return filled("retry", DEFAULT_RETRY, given, RETRY);
}

/**
 * Checks that a value is a whole number of at least `least`.
 * @throws TypeError naming it and its range
 */
export function checkWhole(name: string, value: unknown, least = 0): void {
  check(name, value, { ...COUNT, least, endless: false });
}

/** Overrides defaults. A field that is undefined, such as one from an unset variable, is not given. */
function filled<Numbers extends object>(
  option: string,
  defaults: Numbers,
  given: Partial<Numbers> | undefined,
  ranges: Readonly<Record<keyof Numbers, Range>>,
): Numbers {
  const all = { ...defaults };
  for (const field of Object.keys(ranges) as (keyof Numbers & string)[]) {
    const value = given?.[field];
    if (value !== undefined) {
      check(`${option}.${field}`, value, ranges[field]);
      all[field] = value;
    }
  }
  return all;
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
