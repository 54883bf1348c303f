/**
 * Prices of models. Each row names its source and date: Anthropic's is the provider's own page,
 * OpenAI's and Google's are pages of third parties. Money limits rest on these rows: if a price is
 * too low, a limit lets through more than it says, by the same factor; if it is too high, runs stop
 * early. A model without a row has no price; `OPSPAWN_PRICES` adds and overrides rows. Regular rates only: no batch or priority rates,
 * and the cache-write rate with the shortest lifetime.
 */
import type { Price, Rates } from "../../run/spec/price.ts";

interface PriceRow {
  readonly provider: string;
  /** Model names without a date or version suffix. */
  readonly models: readonly string[];
  /** Dollars per million tokens. */
  readonly usd: Rates;
  /** Rates for requests with more input tokens than this. */
  readonly above?: { readonly input_tokens: number; readonly usd: Rates };
  readonly as_of: string;
  readonly source: string;
}

const OPENAI = {
  provider: "openai",
  as_of: "2026-06-30",
  source: "https://www.morphllm.com/openai-api-pricing",
} as const;
const OPENAI_EARLIER = {
  provider: "openai",
  as_of: "2026-06-21",
  source: "https://docs.rs/crate/openai-cost/latest/source/src/pricing.rs",
} as const;
const ANTHROPIC = {
  provider: "anthropic",
  as_of: "2026-10-24",
  source: "https://platform.claude.com/docs/en/about-claude/pricing",
} as const;
const GOOGLE = {
  provider: "google",
  as_of: "2026-07-01",
  source: "https://geotoolbox.ai/blog/gemini-api-pricing",
} as const;

/**
 * In the order of the providers' pages. If cache writes are not billed, their rate is the input
 * rate.
 */
export const PRICES: readonly PriceRow[] = [
  { ...OPENAI, models: ["gpt-5.5"], usd: rates(5, 0.5, 30) },
  {
    ...OPENAI,
    models: ["gpt-5.4"],
    usd: rates(2.5, 0.25, 15),
    above: { input_tokens: 272_000, usd: rates(5, 0.5, 22.5) },
  },
  { ...OPENAI, models: ["gpt-5.4-mini"], usd: rates(0.75, 0.075, 4.5) },
  { ...OPENAI, models: ["gpt-5.4-nano"], usd: rates(0.2, 0.02, 1.25) },
  {
    ...OPENAI_EARLIER,
    models: ["gpt-5.1", "gpt-5.1-codex", "gpt-5", "gpt-5-codex"],
    usd: rates(1.25, 0.125, 10),
  },
  { ...OPENAI_EARLIER, models: ["gpt-5-mini"], usd: rates(0.25, 0.025, 2) },
  { ...OPENAI_EARLIER, models: ["gpt-5-nano"], usd: rates(0.05, 0.005, 0.4) },
  { ...OPENAI_EARLIER, models: ["gpt-4.1"], usd: rates(2, 0.5, 8) },
  { ...OPENAI_EARLIER, models: ["gpt-4.1-mini"], usd: rates(0.4, 0.1, 1.6) },
  { ...OPENAI_EARLIER, models: ["gpt-4.1-nano"], usd: rates(0.1, 0.025, 0.4) },
  { ...OPENAI_EARLIER, models: ["gpt-4o"], usd: rates(2.5, 1.25, 10) },
  { ...OPENAI_EARLIER, models: ["gpt-4o-mini"], usd: rates(0.15, 0.075, 0.6) },
  { ...OPENAI_EARLIER, models: ["o3"], usd: rates(2, 0.5, 8) },
  { ...OPENAI_EARLIER, models: ["o4-mini"], usd: rates(1.1, 0.275, 4.4) },
  { ...OPENAI_EARLIER, models: ["o3-mini"], usd: rates(1.1, 0.55, 4.4) },

  { ...ANTHROPIC, models: ["claude-fable-5-1"], usd: rates(10, 0.25, 50, 12.5) },
  { ...ANTHROPIC, models: ["claude-fable-5"], usd: rates(10, 1, 50, 12.5) },
  { ...ANTHROPIC, models: ["claude-opus-5-5"], usd: rates(4, 0.2, 20, 5) },
  {
    ...ANTHROPIC,
    models: [
      "claude-opus-5",
      "claude-opus-4-8",
      "claude-opus-4-7",
      "claude-opus-4-6",
      "claude-opus-4-5",
    ],
    usd: rates(5, 0.5, 25, 6.25),
  },
  {
    ...ANTHROPIC,
    models: ["claude-opus-4-1", "claude-opus-4", "claude-opus-4-0"],
    usd: rates(15, 1.5, 75, 18.75),
  },
  { ...ANTHROPIC, models: ["claude-sonnet-5-5"], usd: rates(2, 0.1, 10, 2.5) },
  { ...ANTHROPIC, models: ["claude-sonnet-5"], usd: rates(2, 0.2, 10, 2.5) },
  {
    ...ANTHROPIC,
    models: ["claude-sonnet-4-6", "claude-sonnet-4-5", "claude-sonnet-4", "claude-sonnet-4-0"],
    usd: rates(3, 0.3, 15, 3.75),
  },
  {
    ...ANTHROPIC,
    models: ["claude-haiku-5-5"],
    usd: rates(0.1, 0.01, 0.5, 0.125),
    above: { input_tokens: 100_000, usd: rates(0.5, 0.05, 2.5, 0.625) },
  },
  { ...ANTHROPIC, models: ["claude-haiku-4-5"], usd: rates(1, 0.1, 5, 1.25) },
  { ...ANTHROPIC, models: ["claude-3-5-haiku"], usd: rates(0.8, 0.08, 4, 1) },

  // No rate for cached input of Gemini 3 was found. It is billed as regular input, which is not
  // lower.
  {
    ...GOOGLE,
    models: ["gemini-3.1-pro"],
    usd: rates(2, 2, 12),
    above: { input_tokens: 200_000, usd: rates(4, 4, 18) },
  },
  { ...GOOGLE, models: ["gemini-3.5-flash"], usd: rates(1.5, 1.5, 9) },
  { ...GOOGLE, models: ["gemini-3.1-flash-lite"], usd: rates(0.25, 0.25, 1.5) },
  {
    ...GOOGLE,
    models: ["gemini-2.5-pro"],
    usd: rates(1.25, 0.125, 10),
    above: { input_tokens: 200_000, usd: rates(2.5, 0.25, 15) },
  },
  { ...GOOGLE, models: ["gemini-2.5-flash"], usd: rates(0.3, 0.03, 2.5) },
  { ...GOOGLE, models: ["gemini-2.5-flash-lite"], usd: rates(0.1, 0.01, 0.4) },
];

const FREE: Price = { input: 0, cached_input: 0, cache_write: 0, output: 0 };
/** Allowed suffix of a model name: a date, a version, `latest` or `preview`. */
const VERSION = /^(?:[-@](?:\d{4}-?\d{2}-?\d{2}|\d{3}|latest|preview(?:-\d{2}-\d{2,4})?))?$/;

/**
 * Returns the published price of `<provider>/<model id>`; null if unknown. `local` models are free.
 */
export function shippedPrice(model: string): Price | null {
  const slash = model.indexOf("/");
  const provider = model.slice(0, slash);
  const id = model.slice(slash + 1);
  if (provider === "local") {
    return FREE;
  }
  const row = PRICES.find(
    ({ provider: of, models }) =>
      of === provider &&
      models.some((name) => id.startsWith(name) && VERSION.test(id.slice(name.length))),
  );
  if (row === undefined) {
    return null;
  }
  const price = microDollars(row.usd);
  return row.above === undefined
    ? price
    : { ...price, above: { input_tokens: row.above.input_tokens, ...microDollars(row.above.usd) } };
}

function rates(input: number, cached_input: number, output: number, cache_write = input): Rates {
  return { input, cached_input, cache_write, output };
}

function microDollars({ input, cached_input, cache_write, output }: Rates): Rates {
  return {
    input: micro(input),
    cached_input: micro(cached_input),
    cache_write: micro(cache_write),
    output: micro(output),
  };
}

function micro(usd: number): number {
  return Math.round(usd * 1_000_000);
}
