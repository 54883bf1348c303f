/**
 * What tokens cost. Money is integer micro-dollars; a rate is micro-dollars per million tokens, so
 * a published "$2.50 per million" is 2,500,000. Sums are rounded up, once, at the end.
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

export interface Price extends Rates {
  /** Rates of the whole request, output included, where its input is longer than this. */
  readonly above?: Rates & { readonly input_tokens: number };
}

/** What a call consumed, as far as it has a price. Cached and written tokens are part of the input. */
export interface PricedUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_tokens?: number;
  readonly output_tokens: number;
  /** What the provider says it charges, micro-dollars: it knows better. */
  readonly cost_micro_usd?: number;
}

const PER = 1_000_000;

/** What a call cost, in micro-dollars. Without a price, what the provider says, or nothing. */
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

/** The most that a call can cost: nothing cached, all of it written to the cache, output to the last token. */
export function worstCase(price: Price, inputTokens: number, maxOutput: number): number {
  const rates = ratesFor(price, inputTokens);
  const dearest = Math.max(rates.input, rates.cache_write, rates.cached_input);
  return Math.ceil((inputTokens * dearest + maxOutput * rates.output) / PER);
}

function ratesFor(price: Price, inputTokens: number): Rates {
  return price.above !== undefined && inputTokens > price.above.input_tokens ? price.above : price;
}
