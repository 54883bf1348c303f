/** Finds and reads the usage in answers of OpenAI's protocols. */
import { isJsonObject, type JsonObject } from "../../../run/value/json.ts";
import type { TokenUsage } from "../client.ts";
import { count } from "../field.ts";

/** Returns the usage in a piece: most servers send it at the top, some elsewhere. */
export function usageIn(piece: JsonObject, choices: readonly JsonObject[]): TokenUsage | null {
  const groq = piece["x_groq"];
  const places = [piece, ...choices, ...(isJsonObject(groq) ? [groq] : [])];
  const found = places.flatMap((place) => {
    const { usage } = place;
    return isJsonObject(usage) ? [openAiUsage(usage)] : [];
  });
  return found.find(({ input_tokens }) => input_tokens > 0) ?? found[0] ?? null;
}

/** Reads the names of chat completions and those of OpenAI's newer protocol. */
export function openAiUsage(usage: JsonObject): TokenUsage {
  const prompt = either(usage, "prompt_tokens_details", "input_tokens_details");
  const completion = either(usage, "completion_tokens_details", "output_tokens_details");
  const written = count(prompt["cache_write_tokens"]);
  const { cost } = usage;
  return {
    input_tokens: count(usage["prompt_tokens"]) || count(usage["input_tokens"]),
    cached_input_tokens: count(prompt["cached_tokens"]),
    output_tokens: count(usage["completion_tokens"]) || count(usage["output_tokens"]),
    reasoning_tokens: count(completion["reasoning_tokens"]),
    ...(written !== 0 && { cache_write_tokens: written }),
    // OpenRouter reports its cost in dollars.
    ...(typeof cost === "number" && Number.isFinite(cost) && cost >= 0
      ? { cost_micro_usd: microDollars(cost) }
      : {}),
  };
}

function either(usage: JsonObject, first: string, second: string): JsonObject {
  const found = [usage[first], usage[second]].find(isJsonObject);
  return found ?? {};
}

/**
 * Returns micro-dollars, rounded up. `toFixed` first removes the floating-point error of products
 * such as 0.001191 × 10⁶.
 */
function microDollars(dollars: number): number {
  return Math.ceil(Number((dollars * 1_000_000).toFixed(3)));
}
