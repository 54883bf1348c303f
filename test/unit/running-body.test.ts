/** Bodies are composed from what the request before left: they equal bodies composed whole. */
import fc from "fast-check";
import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import { bodyText, partsOf } from "../../src/agent/llm/body-parts.ts";
import type { LlmClient, ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf, type Endpoint } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { compatibleChat, openAiChat, openRouter } from "../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { RunningBody } from "../../src/agent/loop/running-body.ts";
import type { Turn } from "../../src/run/value/message.ts";
import { requestOf } from "../wire.ts";

const CLIENTS: readonly (readonly [string, (endpoint: Endpoint) => LlmClient, string])[] = [
  ["chat", openAiChat, "gpt-4o"],
  ["compatible", compatibleChat, "m"],
  ["openrouter", openRouter, "x/m"],
  ["openrouter with cache marks", openRouter, "anthropic/claude-sonnet-5"],
  ["responses", openAiResponses, "gpt-5"],
  ["anthropic", anthropic, "claude-opus-5-5"],
  ["google", google, "gemini-3-pro"],
];

const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 30 }), fc.constant(""));
const picture = fc.constant({ media_type: "image/png", data: "aGk=" });
const opaque = fc.constantFrom(
  undefined,
  {
    provider: "own",
    data: { model: "claude-opus-5-5", blocks: [{ type: "thinking" }, 3, "call"] },
  },
  { provider: "own/responses", data: { model: "gpt-5", items: [{ type: "message", text: 2 }] } },
);

/** A turn, and the results of its calls. The number makes the ids of its calls distinct. */
function exchange(at: number): fc.Arbitrary<Turn[]> {
  return fc.oneof(
    fc
      .tuple(text, fc.array(picture, { maxLength: 1 }))
      .map(([said, images]): Turn[] => [
        { role: "user", text: said, ...(images.length > 0 && { images }) },
      ]),
    text.map((said): Turn[] => [{ role: "notice", text: said }]),
    fc
      .record({
        said: text,
        ids: fc.array(fc.constantFrom(undefined, "same", `own_${at}`), { maxLength: 2 }),
        kept: opaque,
        images: fc.array(picture, { maxLength: 1 }),
      })
      .map(({ said, ids, kept, images }): Turn[] => {
        const calls = ids.map((provider_id, n) => ({
          call_id: `call_${10 * at + n}`,
          name: "add",
          arguments: { a: said },
          ...(provider_id !== undefined && { provider_id }),
        }));
        const results = calls.map(({ call_id, name, provider_id }) => ({
          call_id,
          name,
          output: said,
          ...(provider_id !== undefined && { provider_id }),
          ...(images.length > 0 && { images }),
        }));
        const reply: Turn = {
          role: "assistant",
          text: said,
          tool_calls: calls,
          ...(kept !== undefined && { opaque: kept }),
        };
        return results.length === 0 ? [reply] : [reply, { role: "tool", results }];
      }),
  );
}

/** What changes between two requests in addition to a longer conversation. */
const change = fc.record({
  /** Number of oldest turns that are left out from here on. */
  cut: fc.constantFrom(0, 0, 0, 2),
  own_calls_from: fc.constantFrom(0, 0, 25),
  max_output_tokens: fc.constantFrom(undefined, 100),
  system: fc.constantFrom("You are brief.", "You are brief.", ""),
});

const run = fc
  .integer({ min: 1, max: 8 })
  .chain((length) =>
    fc.tuple(
      fc.tuple(...Array.from({ length }, (_, at) => exchange(at))),
      fc.array(change, { minLength: length, maxLength: length }),
    ),
  );

const TOOLS = [{ name: "add", description: "Adds", input_schema: { type: "object" } }];

test.each(CLIENTS)("a body is the same whatever was sent before: %s", (_name, client, model) => {
  const endpoint = endpointOf("own", { apiKey: "k" });
  fc.assert(
    fc.property(run, ([exchanges, changes]) => {
      const running = new RunningBody();
      const llm = client(endpoint);
      let turns: Turn[] = [];
      for (const [at, more] of exchanges.entries()) {
        const { cut = 0, max_output_tokens, ...fields } = changes[at] ?? {};
        turns = [...turns.slice(cut), ...more];
        const request: ModelRequest = requestOf({
          ...fields,
          ...(max_output_tokens !== undefined && { max_output_tokens }),
          model,
          turns,
          tools: TOOLS,
        });
        const parts = llm.parts?.(request);
        expect(parts).toBeDefined();
        const { body, sha256 } = running.next(
          parts ?? { head: "", items: [], tail: "", stable: 0 },
        );
        // Nothing is remembered of clones.
        expect(body).toBe(client(endpoint).body(structuredClone(request)));
        expect(sha256).toBe(hash("sha256", body, "hex"));
        expect(JSON.stringify(JSON.parse(body))).toBe(body);
      }
    }),
    { numRuns: 40 },
  );
});

test("parts join to the JSON of the whole, whatever the order of its members", () => {
  const bodies = [
    { list: [] },
    { list: [{ a: 1 }], after: { b: [1] }, none: undefined, last: false },
    { before: "ü", null: null, list: [{ a: "x" }, { b: 2 }] },
    { before: 1, undefined, list: [{}], after: [] },
  ];
  for (const body of bodies) {
    expect(bodyText(partsOf(body, "list"))).toBe(JSON.stringify(body));
  }
});

test("a body that is too long to keep is hashed right, and so is the one after it", () => {
  const running = new RunningBody();
  const long = JSON.stringify("x".repeat(1_500_000));
  for (const items of [[long], [long, long], [long, long, "1"], ["1"], ["1", "2"]]) {
    const { body, sha256 } = running.next({ head: "[", items, tail: "]", stable: items.length });
    expect(body).toBe(`[${items.join(",")}]`);
    expect(sha256).toBe(hash("sha256", body, "hex"));
  }
});
