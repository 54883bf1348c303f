/**
 * What a model call may cost at most, before it is sent. The worst case is held back from every
 * budget above the call; where a budget has less, the output is asked for shorter, down to a least
 * that is still of use.
 */
import { worstCase, type Price } from "../../run/spec/price.ts";
import { moneyLeft } from "../../run/decide/limits.ts";
import { imagesOf } from "../../run/value/message.ts";
import { dataChars, PICTURE_TOKENS, type Image } from "../../run/value/picture.ts";
import type { RunState } from "../../run/log/state.ts";
import type { Composed } from "./context.ts";

/** Longest output that is asked for where a price counts and the agent says nothing, tokens. */
const DEFAULT_OUTPUT = 32_000;
/** Shortest output that is worth asking for, tokens. */
const LEAST_OUTPUT = 256;
/** Tokens of one character before a provider has counted any: no text that is written has more. */
const ASCII = 0.5;
const OTHER = 1.5;
/** What was counted before is counted a little more the next time: other turns, other markers. */
const MARGIN = 1.1;
const OVERHEAD = 200;

/** What a request is made of, as far as its tokens are to be estimated. */
export interface Weight {
  /** Characters without pictures. */
  readonly chars: number;
  readonly ascii: number;
  readonly pictures: number;
}

/** Weighs a request's body. */
export function weigh(composed: Composed): Weight {
  const other = composed.body.match(NOT_ASCII)?.length ?? 0;
  const chars = textChars(composed);
  return { chars, ascii: Math.max(0, chars - other), pictures: picturesIn(composed).length };
}

/** Characters of a body without its pictures, which are many characters and few tokens. */
export function textChars(composed: Composed): number {
  const data = picturesIn(composed).reduce((sum, image) => sum + dataChars(image), 0);
  return Math.max(0, composed.body.length - data);
}

/** The pictures that are really in the body: not every adapter sends every picture. */
function picturesIn({ request, body }: Composed): readonly Image[] {
  return request.turns
    .flatMap(imagesOf)
    .filter((image) => "url" in image || body.includes(image.data));
}

// oxlint-disable-next-line no-control-regex -- the range is what ASCII is
const NOT_ASCII = /[^\u0000-\u007f]/g;

/** What a call needs of the budgets, micro-dollars. */
export interface Need {
  /** For the output that the agent allows. */
  readonly most: number;
  /** For an output that is just worth it. */
  readonly least: number;
}

/** What the next attempt of a call needs. */
export function needOf(state: RunState, price: Price, weight: Weight): Need {
  const input = inputTokens(state, weight);
  const output = state.spec?.config.max_output_tokens ?? DEFAULT_OUTPUT;
  return {
    most: worstCase(price, input, output),
    least: worstCase(price, input, Math.min(output, LEAST_OUTPUT)),
  };
}

/** The longest output that a sum pays for, beside the input; at most what the agent allows. */
export function outputFor(state: RunState, price: Price, weight: Weight, sum: number): number {
  const input = inputTokens(state, weight);
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

/** More than the provider will count: what it counted before, and the rest as the dearest of text. */
function inputTokens({ counted }: RunState, { chars, ascii, pictures }: Weight): number {
  const fresh =
    counted === null
      ? ascii * ASCII + (chars - ascii) * OTHER
      : counted.tokens * MARGIN + Math.max(0, chars - counted.chars) * OTHER;
  return Math.ceil(fresh) + OVERHEAD + pictures * PICTURE_TOKENS;
}
