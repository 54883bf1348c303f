/**
 * Prices of tokens. Money is integer micro-dollars; a rate is micro-dollars per million tokens, so
 * a published "$2.50 per million" is 2,500,000. A sum is rounded up once, at the end.
 */

/** Micro-dollars per million tokens. Reasoning is billed as output. */
export interface Rates {
  readonly input: number;
  /** Input that the provider read from its cache. */
  readonly cached_input: number;
  /** Input that the provider wrote to its cache. */
  readonly cache_write: number;
  readonly output: number;
}

/** The price of one model. */
export interface Price extends Rates {
  /** Rates of the whole request, output included, if its input is longer than `input_tokens`. */
  readonly above?: Rates & { readonly input_tokens: number };
}

/** The priced part of a call's usage. Cached and written tokens are included in the input. */
export interface PricedUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_tokens?: number;
  readonly output_tokens: number;
  /** Cost stated by the provider, micro-dollars. It has precedence over the configured price. */
  readonly cost_micro_usd?: number;
}

const PER = 1_000_000;

/**
 * Returns the cost of a call in micro-dollars. Without a price: the provider's stated cost, or 0.
 */
export function costOf(price: Price | null, usage: PricedUsage): number {
  if (usage.cost_micro_usd !== undefined) {
    return usage.cost_micro_usd;
  }
  if (price === null) {
    return 0;
  }
  const rates = ratesFor(price, usage.input_tokens);
  const cached = Math.min(usage.cached_input_tokens, usage.input_tokens);
  const written = Math.min(usage.cache_write_tokens ?? 0, usage.input_tokens - cached);
  const fresh = usage.input_tokens - cached - written;
  return Math.ceil(
    (fresh * rates.input +
      cached * rates.cached_input +
      written * rates.cache_write +
      usage.output_tokens * rates.output) /
      PER,
  );
}

/**
 * Returns the maximum cost of a call in micro-dollars: the whole input at its highest rate, the
 * output at its maximum length.
 */
export function worstCase(price: Price, inputTokens: number, maxOutput: number): number {
  const rates = ratesFor(price, inputTokens);
  const dearest = Math.max(rates.input, rates.cache_write, rates.cached_input);
  return Math.ceil((inputTokens * dearest + maxOutput * rates.output) / PER);
}

function ratesFor(price: Price, inputTokens: number): Rates {
  return price.above !== undefined && inputTokens > price.above.input_tokens ? price.above : price;
}
