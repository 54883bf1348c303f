/** What calls cost: the sums, and the table. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PRICES, shippedPrice } from "../../src/agent/llm/prices.ts";
import { costOf, worstCase, type Price } from "../../src/run/spec/price.ts";

const USAGE = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0 };
const PRICE: Price = {
  input: 3_000_000,
  cached_input: 300_000,
  cache_write: 3_750_000,
  output: 15_000_000,
};

test("each kind of token has its rate, and a part of a micro-dollar is a whole one", () => {
  const cost = costOf(PRICE, {
    input_tokens: 1000,
    cached_input_tokens: 400,
    cache_write_tokens: 100,
    output_tokens: 10,
  });
  // 500 × 3 + 400 × 0.3 + 100 × 3.75 + 10 × 15
  expect(cost).toBe(1500 + 120 + 375 + 150);
  expect(costOf({ ...PRICE, input: 1 }, { ...USAGE, input_tokens: 1 })).toBe(1);
  expect(costOf(PRICE, USAGE)).toBe(0);
});

test("what the provider says it charges counts, and without a price nothing else", () => {
  expect(costOf(PRICE, { ...USAGE, input_tokens: 1e6, cost_micro_usd: 7 })).toBe(7);
  expect(costOf(null, { ...USAGE, cost_micro_usd: 7 })).toBe(7);
  expect(costOf(null, { ...USAGE, input_tokens: 1e6 })).toBe(0);
});

test("a long input is billed by its own rates, output too", () => {
  const tiered: Price = {
    ...PRICE,
    above: { input_tokens: 100, input: 6e6, cached_input: 6e5, cache_write: 7e6, output: 2e7 },
  };
  expect(costOf(tiered, { ...USAGE, input_tokens: 100, output_tokens: 1 })).toBe(315);
  expect(costOf(tiered, { ...USAGE, input_tokens: 101, output_tokens: 1 })).toBe(626);
});

function priceOfRow({ provider, models }: (typeof PRICES)[number]): Price[] {
  return models.flatMap((model) => shippedPrice(`${provider}/${model}`) ?? []);
}

test("no call costs more than its worst case", () => {
  const tokens = fc.integer({ min: 0, max: 2_000_000 });
  const prices = fc.constantFrom(...PRICES.flatMap(priceOfRow));
  fc.assert(
    fc.property(prices, tokens, tokens, tokens, tokens, (price, input, cached, written, output) => {
      const usage = {
        input_tokens: input,
        cached_input_tokens: Math.min(cached, input),
        cache_write_tokens: written,
        output_tokens: output,
      };
      const cost = costOf(price, usage);
      expect(Number.isSafeInteger(cost)).toBe(true);
      expect(cost).toBeLessThanOrEqual(worstCase(price, input, output));
    }),
  );
});

test("every row names where it was read and when, and no rate is more than an output's", () => {
  expect(PRICES.length).toBeGreaterThan(20);
  for (const { as_of, source, usd, models } of PRICES) {
    expect(as_of).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(source).toMatch(/^https:\/\//);
    expect(models.length).toBeGreaterThan(0);
    expect(usd.cached_input).toBeLessThanOrEqual(usd.input);
    expect(Math.max(usd.input, usd.cache_write)).toBeLessThan(usd.output);
  }
  const names = PRICES.flatMap(({ provider, models }) =>
    models.map((model) => `${provider}/${model}`),
  );
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  ["openai/gpt-4o-mini", 150_000],
  ["openai/gpt-4o-mini-2024-07-18", 150_000],
  ["openai/gpt-5", 1_250_000],
  ["anthropic/claude-sonnet-4-5-20250929", 3_000_000],
  ["anthropic/claude-haiku-4-5", 1_000_000],
  ["google/gemini-2.5-flash-lite", 100_000],
  ["google/gemini-3.1-pro-preview", 2_000_000],
  ["local/rules", 0],
])("%s has its price, with or without a version", (model, input) => {
  expect(shippedPrice(model)?.input).toBe(input);
});

test.each([
  "openai/gpt-5-pro",
  "openai/gpt-4o-audio-preview",
  "google/gemini-2.5-flash-image",
  "shelf/gpt-4o",
  "gpt-4o",
])("%s has none: a name that only begins like another is another model", (model) => {
  expect(shippedPrice(model)).toBeNull();
});
