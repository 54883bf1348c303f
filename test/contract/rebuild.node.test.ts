/** Bodies from logs in plain Node: every planner, under budgets, after retries, fallbacks and compaction. */
import { expect, test } from "vitest";
import { z } from "zod";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import type { LlmClient } from "../../src/agent/llm/client.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { localScript } from "../../src/agent/llm/local/client.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { defineTool, WithImages } from "../../src/agent/tools/tool.ts";
import { scriptSchema } from "../../src/run/spec/script.ts";
import type { AgentConfig, PlannerName } from "../../src/run/spec/spec.ts";
import { Harness, specFor } from "../harness.ts";
import { expectRebuilt } from "./rebuild.ts";

const add = (a: number) => ({ name: "add_numbers", arguments: { a, b: 2 } });
const picture = { media_type: "image/png", data: "iVBORw0KGgo=" };

function adapterOf(model: string): LlmClient {
  const adapters: Readonly<Record<string, LlmClient>> = {
    anthropic: anthropic(endpointOf("anthropic")),
    openai: openAiResponses(endpointOf("openai")),
    google: google(endpointOf("google")),
  };
  return adapters[model.split("/", 1)[0] ?? ""] ?? localScript([]);
}

const SCRIPT = [
  { text: "Let me see.", tool_calls: [add(1), add(2), { name: "nothing" }] },
  { error: { class: "overloaded", times: 2 } },
  { tool_calls: [{ name: "wait", arguments: { seconds: 5 } }] },
  { text: "" },
  ...Array.from({ length: 8 }, (_, i) => ({ text: "x".repeat(900), tool_calls: [add(i)] })),
  { text: "Done." },
];

test.each<[PlannerName, Partial<AgentConfig>]>([
  ["native", {}],
  ["react", {}],
  ["native", { memory: { max_tokens: 700 } }],
  ["native", { memory: { max_messages: 6 }, instructions: "Be brief.", stop: ["END"], seed: 7 }],
])("every body of a %s run with %j is built again from its log", async (planner, more) => {
  const harness = new Harness(specFor({ script: SCRIPT }, { config: { planner, ...more } }));
  await harness.drive();
  expect(expectRebuilt(harness.events(), harness.tools)).toBeGreaterThan(5);
});

test.each(["anthropic/claude", "openai/gpt-5", "google/gemini-3-pro", "local/script"])(
  "bodies with pictures that a tool returned are built again for %s, also once they are left out",
  async (model) => {
    const shot = defineTool({
      name: "shot",
      description: "Looks.",
      input: z.strictObject({}),
      output: z.strictObject({ n: z.number() }),
      effect: "pure",
      untrusted: "mcp",
      run: () => new WithImages({ n: 1 }, [picture]),
    });
    const script = [
      ...Array.from({ length: 6 }, () => ({ tool_calls: [{ name: "shot", arguments: {} }] })),
      { text: "Seen." },
    ];
    const config = { model, memory: { max_tokens: 500 } };
    const local = localScript(scriptSchema.parse(script));
    // Its body is the provider's, its replies are the script's.
    const llm: LlmClient = {
      body: (request) => adapterOf(model).body(request),
      stream: (request, body, signal) => local.stream(request, body, signal),
    };
    const harness = new Harness(specFor({ script }, { config }), { llm, extraTools: [shot] });
    await harness.drive();
    expect(harness.log.state.end).toMatchObject({ status: "completed" });
    expect(harness.types()).toContain("memory.compacted");
    expect(expectRebuilt(harness.events(), harness.tools)).toBeGreaterThan(6);
  },
);

test("bodies that a budget made shorter are built again too", async () => {
  const harness = new Harness(
    specFor({ script: SCRIPT }, { limits: { max_cost_usd: 0.2, on_reached: "fail" } }),
    {
      priceOf: () => ({ input: 5e6, cached_input: 5e6, cache_write: 5e6, output: 2e7 }),
    },
  );
  await harness.drive();
  expect(expectRebuilt(harness.events(), harness.tools)).toBeGreaterThan(1);
  const lengths = harness
    .events()
    .flatMap((e) => (e.type === "model.requested" ? [e.data.max_output_tokens ?? 0] : []));
  expect(new Set(lengths).size).toBeGreaterThan(1);
});
