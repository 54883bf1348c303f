/**
 * The maximum cost of a model call, before it is sent. It is reserved in every budget above the
 * call. If a budget has less left, the request limits its output, down to a minimum that is still
 * useful.
 */
import { worstCase, type Price } from "../../run/spec/price.ts";
import { moneyLeft, tokensLeft } from "../../run/decide/limits.ts";
import { imagesOf, loadedIn } from "../../run/value/message.ts";
import { dataChars, PICTURE_TOKENS, type Image } from "../../run/value/picture.ts";
import type { RunState } from "../../run/log/state.ts";
import type { LoadedAttachment } from "../../run/value/attachment.ts";
import type { Composed } from "./context.ts";

/** Default maximum output of a priced call if the agent sets none, tokens. */
const DEFAULT_OUTPUT = 32_000;
/** Minimum output that is worth a request, tokens. */
const MIN_OUTPUT = 256;
/**
 * Tokens of one ASCII character, until a provider has counted a request: no written text has more.
 */
const ASCII = 0.5;
/** Tokens of any other character, until then. */
const OTHER = 1.5;
/** Safety factor on an earlier count: other turns, other markers. */
const MARGIN = 1.1;
/** Tokens added to every estimate. */
const OVERHEAD = 200;

/** ASCII characters of a usual token, for a call whose tokens were not counted. */
const ASCII_PER_TOKEN = 4;

/** The parts of a request from which its tokens are estimated. */
export interface Weight {
  /** Characters without pictures and files. */
  readonly chars: number;
  readonly ascii: number;
  /** A page of a file counts as a picture. */
  readonly pictures: number;
}

/** Measures a request's body. */
export function weigh(composed: Pick<Composed, "request" | "body">): Weight {
  const other = composed.body.match(NOT_ASCII)?.length ?? 0;
  const chars = textChars(composed);
  const pictures = filesIn(composed).reduce(
    (sum, { pages = 1 }) => sum + pages,
    picturesIn(composed).length,
  );
  return { chars, ascii: Math.max(0, chars - other), pictures };
}

/** Estimates the tokens of a call that the provider did not count. */
export function estimatedTokens(
  composed: Pick<Composed, "request" | "body">,
  reply: string,
): { readonly input_tokens: number; readonly output_tokens: number } {
  const other = reply.match(NOT_ASCII)?.length ?? 0;
  return {
    input_tokens: usualTokens(weigh(composed)),
    output_tokens: usualTokens({ chars: reply.length, ascii: reply.length - other, pictures: 0 }),
  };
}

/** Estimates the tokens of a text that was streamed and not counted. */
export function streamedTokens(chars: number): number {
  return usualTokens({ chars, ascii: chars, pictures: 0 });
}

function usualTokens({ chars, ascii, pictures }: Weight): number {
  return Math.ceil(ascii / ASCII_PER_TOKEN) + (chars - ascii) + pictures * PICTURE_TOKENS;
}

/**
 * Returns the characters of a body without its pictures and files, which are many characters and few tokens.
 */
export function textChars(composed: Pick<Composed, "request" | "body">): number {
  const pictures = picturesIn(composed).reduce((sum, image) => sum + dataChars(image), 0);
  const files = filesIn(composed).reduce((sum, { data }) => sum + data.length, 0);
  return Math.max(0, composed.body.length - pictures - files);
}

/** Returns the files whose data is in the body. */
function filesIn({ request, body }: Pick<Composed, "request" | "body">): LoadedAttachment[] {
  return request.turns.flatMap(loadedIn).filter(({ data }) => body.includes(data));
}

/** Returns the pictures in the body: not every adapter sends every picture. */
function picturesIn({ request, body }: Pick<Composed, "request" | "body">): readonly Image[] {
  const pictured = request.turns.filter((turn) => imagesOf(turn).length > 0);
  return pictured.flatMap(imagesOf).filter((image) => "url" in image || body.includes(image.data));
}

// oxlint-disable-next-line no-control-regex -- the range is ASCII
const NOT_ASCII = /[^\u0000-\u007f]/g;

/** The amounts that a call requests from the budgets, micro-dollars. */
export interface Need {
  /** Cost with the maximum output of the agent. */
  readonly most: number;
  /** Cost with the minimum useful output. */
  readonly least: number;
}

/** Returns the need of the next attempt of a call. */
export function needOf(state: RunState, price: Price, weight: Weight): Need {
  const input = inputTokens(state, weight);
  const output = maxOutput(state);
  return {
    most: worstCase(price, input, output),
    least: worstCase(price, input, Math.min(output, MIN_OUTPUT)),
  };
}

/**
 * Returns the maximum output tokens that a sum pays for in addition to the input, up to the agent's
 * maximum.
 */
export function outputFor(state: RunState, price: Price, weight: Weight, sum: number): number {
  const input = inputTokens(state, weight);
  const allowed = maxOutput(state);
  let fits = Math.min(allowed, MIN_OUTPUT);
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

/**
 * Returns the maximum output tokens that the run's limit on tokens allows in addition to the input;
 * null if it does not allow the minimum. Infinity if there is no limit.
 */
export function outputWithinTokens(state: RunState, weight: () => Weight): number | null {
  const left = tokensLeft(state);
  if (left === Number.POSITIVE_INFINITY) {
    return left;
  }
  const room = left - inputTokens(state, weight());
  const allowed = maxOutput(state);
  return room < Math.min(allowed, MIN_OUTPUT) ? null : room < allowed ? room : allowed;
}

/** Returns the maximum output tokens of a call whose agent sets none, or the agent's. */
export function maxOutput(state: RunState): number {
  return state.spec?.config.max_output_tokens ?? DEFAULT_OUTPUT;
}

/**
 * Returns the part of a need that the run's own limit allows; null if it does not allow the
 * minimum.
 */
export function withinOwnLimit(state: RunState, { most, least }: Need): Need | null {
  const left = moneyLeft(state);
  return least > left ? null : { most: Math.min(most, left), least };
}

/**
 * Estimates input tokens above the provider's count: its last count with a margin, and new text at
 * the highest rate.
 */
export function inputTokens({ counted }: RunState, { chars, ascii, pictures }: Weight): number {
  const fresh =
    counted === null
      ? ascii * ASCII + (chars - ascii) * OTHER
      : counted.tokens * MARGIN + Math.max(0, chars - counted.chars) * OTHER;
  return Math.ceil(fresh) + OVERHEAD + pictures * PICTURE_TOKENS;
}
