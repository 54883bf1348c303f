/**
 * Real models, one call with a tool and one answer each: only where `OPSPAWN_LIVE_TESTS=1` and the
 * provider's key are set, since they cost money. `OPSPAWN_LIVE_<PROVIDER>_MODEL` names another model.
 */
import { expect, test } from "vitest";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import type { LlmClient } from "../../src/agent/llm/client.ts";
import { endpointOf, type Endpoint } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { openRouter } from "../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { Harness, specFor } from "../harness.ts";

const PROVIDERS: readonly [string, string, (endpoint: Endpoint) => LlmClient][] = [
  ["openai", "gpt-5-mini", openAiResponses],
  ["anthropic", "claude-haiku-4-5", anthropic],
  ["google", "gemini-2.5-flash", google],
  ["openrouter", "openai/gpt-4o-mini", openRouter],
];

test.for(PROVIDERS)(
  "%s answers for real, with a tool on the way",
  { timeout: 180_000 },
  async ([provider, usual, client], context) => {
    const name = provider.toUpperCase();
    const apiKey = process.env[`${name}_API_KEY`];
    const asked = process.env["OPSPAWN_LIVE_TESTS"] === "1" && apiKey !== undefined;
    context.skip(!asked, `set OPSPAWN_LIVE_TESTS=1 and ${name}_API_KEY to ask a real model`);
    const model = process.env[`OPSPAWN_LIVE_${name}_MODEL`] ?? usual;
    const spec = specFor(
      { goal: "Use the tool add_numbers for 19 + 23, then answer with the sum alone." },
      { config: { model: `${provider}/${model}`, tools: ["add_numbers"] } },
    );
    const llm = client(endpointOf(provider, apiKey === undefined ? {} : { apiKey }));
    const settings = { modelTimeoutMs: 120_000, modelFirstByteMs: 60_000, modelIdleMs: 60_000 };
    const run = new Harness(spec, { llm, settings, realTime: true });
    await run.drive();
    expect(run.log.state.end, JSON.stringify(run.log.state.end)).toMatchObject({
      result: { answer: expect.stringContaining("42") as string },
    });
    expect(run.types()).toContain("tool.completed");
  },
);
