/**
 * What a model call may cost at most, before it is sent. The worst case is held back from every
 * budget above the call; where a budget has less, the output is asked for shorter, down to a least
 * that is still of use.
 */
import { worstCase, type Price } from "../run/price.ts";
import { moneyLeft } from "../run/limits.ts";
import type { RunState } from "../run/state.ts";

/** Longest output that is asked for where a price counts and the agent says nothing, tokens. */
const DEFAULT_OUTPUT = 32_000;
/** Shortest output that is worth asking for, tokens. */
const LEAST_OUTPUT = 256;
/** Tokens per character before a provider has counted any: more than text of any kind has. */
const FIRST_RATIO = 0.5;
/** What a counted ratio is multiplied by: the next request is not the last one. */
const MARGIN = 1.25;

/** What a call needs of the budgets, micro-dollars. */
export interface Need {
  /** For the output that the agent allows. */
  readonly most: number;
  /** For an output that is just worth it. */
  readonly least: number;
}

/** What the next attempt of a call needs. */
export function needOf(state: RunState, price: Price, bodyChars: number): Need {
  const input = inputTokens(state, bodyChars);
  const output = state.spec?.config.max_output_tokens ?? DEFAULT_OUTPUT;
  return {
    most: worstCase(price, input, output),
    least: worstCase(price, input, Math.min(output, LEAST_OUTPUT)),
  };
}

/** The longest output that a sum pays for, beside the input; at most what the agent allows. */
export function outputFor(state: RunState, price: Price, bodyChars: number, sum: number): number {
  const input = inputTokens(state, bodyChars);
  const allowed = state.spec?.config.max_output_tokens ?? DEFAULT_OUTPUT;
  let fits = Math.min(allowed, LEAST_OUTPUT);
  let tooMuch = allowed + 1;
  while (tooMuch - fits > 1) {
    const middle = Math.floor((fits + tooMuch) / 2);
    if (worstCase(price, input, middle) <= sum) {
      fits = middle;
    } else {
      tooMuch = middle;
    }
  }
  return fits;
}

/** What the run's own cap leaves of a need; null where it does not even leave the least. */
export function withinOwnCap(state: RunState, { most, least }: Need): Need | null {
  const left = moneyLeft(state);
  return least > left ? null : { most: Math.min(most, left), least };
}

/** More than the provider will count, as far as what it counted before says. */
function inputTokens({ tokenRatio }: RunState, bodyChars: number): number {
  const ratio = tokenRatio === null ? FIRST_RATIO : tokenRatio * MARGIN;
  return Math.ceil(bodyChars * ratio) + 100;
}
