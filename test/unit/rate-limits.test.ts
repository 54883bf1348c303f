/** Rate limits in the headers of providers' responses, made up and recorded. */
import { describe, expect, test } from "vitest";
import { reportedLimits, resetHint } from "../../src/agent/llm/rate-limits.ts";
import { readRecordings } from "../recorded/recordings.ts";

const NOW = Date.parse("2026-11-30T09:00:00.000Z");
const limitsOf = (headers: Record<string, string>) => reportedLimits(new Headers(headers));
const hintOf = (headers: Record<string, string>) => resetHint(new Headers(headers), NOW);

describe("limits", () => {
  test("are read in OpenAI's and in Anthropic's form", () => {
    expect(
      limitsOf({
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-limit-tokens": "200000",
        "x-ratelimit-remaining-tokens": "1500",
      }),
    ).toEqual({
      requests: { limit: 500, remaining: 499 },
      tokens: { limit: 200_000, remaining: 1500 },
    });
    expect(
      limitsOf({
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-tokens-limit": "48000",
        "anthropic-ratelimit-input-tokens-limit": "40000",
        "anthropic-ratelimit-input-tokens-remaining": "39000",
        "anthropic-ratelimit-output-tokens-limit": "8000",
      }),
    ).toEqual({
      requests: { limit: 50, remaining: 0 },
      input_tokens: { limit: 40_000, remaining: 39_000 },
      output_tokens: { limit: 8000 },
    });
  });

  test("that are no numbers are not read", () => {
    for (const value of ["", "many", "-1", "NaN", "Infinity", "0x10", "X-RATELIMIT-LIMIT-XXX"]) {
      expect([value, limitsOf({ "x-ratelimit-limit-requests": value })]).toEqual([value, null]);
    }
    expect(limitsOf({ "content-type": "text/plain" })).toBeNull();
    expect(reportedLimits(undefined)).toBeNull();
    expect(reportedLimits({ "x-ratelimit-limit-requests": "5" })).toBeNull();
  });
});

describe("the time to wait after a refusal", () => {
  test("is the reset of the limit that is used up, of several the longest", () => {
    expect(
      hintOf({
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "6m0.5s",
        "x-ratelimit-remaining-tokens": "10",
        "x-ratelimit-reset-tokens": "9m",
      }),
    ).toBe(360_500);
    expect(
      hintOf({
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-11-30T09:00:20Z",
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": "2026-11-30T09:00:05Z",
      }),
    ).toBe(20_000);
  });

  test("is OpenRouter's reset, a moment in milliseconds", () => {
    expect(hintOf({ "x-ratelimit-limit": "20", "x-ratelimit-reset": String(NOW + 12_000) })).toBe(
      12_000,
    );
    expect(hintOf({ "x-ratelimit-reset": "60" })).toBeNull();
  });

  test("is never negative, and is unknown if the headers are unclear", () => {
    expect(
      hintOf({
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2020-01-01T00:00:00Z",
      }),
    ).toBe(0);
    expect(
      hintOf({ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon" }),
    ).toBeNull();
    expect(
      hintOf({
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-99-99T00:00:00Z",
      }),
    ).toBeNull();
    expect(resetHint(null, NOW)).toBeNull();
  });
});

const recordings = readRecordings();

test.skipIf(recordings === null)("the limits of every recorded response are read", () => {
  const found: Record<string, Set<string>> = {};
  for (const { provider, exchanges } of recordings ?? []) {
    for (const { response } of exchanges) {
      const names = Object.entries(response.headers)
        // Some recordings have placeholders in place of numbers.
        .filter(
          ([name, value]) => /ratelimit-.*limit|ratelimit-limit/.test(name) && /^\d/.test(value),
        )
        .map(([name]) => name);
      const limits = limitsOf(response.headers);
      expect(limits === null).toBe(names.length === 0);
      for (const [unit, { limit, remaining }] of Object.entries(limits ?? {})) {
        (found[provider] ??= new Set()).add(unit);
        expect(limit).toBeGreaterThan(0);
        expect(remaining).toBeLessThanOrEqual(limit ?? 0);
      }
    }
  }
  expect(found["openai"]).toEqual(new Set(["requests", "tokens"]));
  expect(found["anthropic"]).toEqual(new Set(["requests", "input_tokens", "output_tokens"]));
});
