/** Bodies from logs in plain Node: every planner, under budgets, after retries, fallbacks and compaction. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { z } from "zod";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import type { LlmClient } from "../../src/agent/llm/client.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { localScript } from "../../src/agent/llm/local/client.ts";
import { compatibleChat, openAiChat, openRouter } from "../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { promptView } from "../../src/agent/loop/prompt-view.ts";
import { defineTool, WithImages } from "../../src/agent/tools/tool.ts";
import { INITIAL_STATE } from "../../src/run/log/state.ts";
import { scriptSchema } from "../../src/run/spec/script.ts";
import type { AgentConfig } from "../../src/run/spec/spec.ts";
import { Harness, specFor } from "../harness.ts";
import { expectRebuilt, promptOf } from "./rebuild.ts";

const add = (a: number) => ({ name: "add_numbers", arguments: { a, b: 2 } });
const picture = { media_type: "image/png", data: "iVBORw0KGgo=" };

function adapterOf(model: string): LlmClient {
  const adapters: Readonly<Record<string, LlmClient>> = {
    anthropic: anthropic(endpointOf("anthropic")),
    openai: openAiResponses(endpointOf("openai")),
    chat: openAiChat(endpointOf("chat")),
    compatible: compatibleChat(endpointOf("compatible")),
    openrouter: openRouter(endpointOf("openrouter")),
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

test.each<[string, Partial<AgentConfig>]>([
  ["native", {}],
  ["react", {}],
  ["native", { memory: { max_tokens: 700 } }],
  ["native", { memory: { max_messages: 6 }, instructions: "Be brief.", stop: ["END"], seed: 7 }],
])("every body of a %s run with %j is built again from its log", async (planner, more) => {
  const harness = new Harness(specFor({ script: SCRIPT }, { config: { planner, ...more } }));
  await harness.drive();
  expect(expectRebuilt(harness.events(), harness.tools)).toBeGreaterThan(5);
});

const MODELS = [
  "anthropic/claude",
  "openai/gpt-5",
  "chat/gpt-4o",
  "compatible/m",
  "google/gemini-3-pro",
  "openrouter/anthropic/claude-sonnet-5",
  "local/script",
];

/** A client whose bodies are those of a model's provider, and whose replies are a script's. */
function playedAs(model: string, script: readonly object[]): LlmClient {
  const local = localScript(scriptSchema.parse(script));
  return {
    body: (request) => adapterOf(model).body(request),
    stream: (request, body, signal) => local.stream(request, body, signal),
  };
}

/** A tool that returns a picture. */
function shotOf(image: { readonly media_type: string; readonly data: string }) {
  return defineTool({
    name: "shot",
    description: "Looks.",
    input: z.strictObject({}),
    output: z.strictObject({ n: z.number() }),
    effect: "pure",
    untrusted: "mcp",
    run: () => new WithImages({ n: 1 }, [image]),
  });
}

test.each(MODELS)(
  "bodies with pictures that a tool returned are built again for %s, also once they are left out",
  async (model) => {
    const shot = shotOf(picture);
    const script = [
      ...Array.from({ length: 6 }, () => ({ tool_calls: [{ name: "shot", arguments: {} }] })),
      { text: "Seen." },
    ];
    const config = { model, memory: { max_tokens: 500 } };
    const llm = playedAs(model, script);
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

test.each(MODELS)("a prompt of %s has references in place of large pictures", async (model) => {
  const data = `iVBORw0KGgo${"A".repeat(299_993)}`;
  const data_sha256 = createHash("sha256").update(data).digest("hex");
  const script = [
    { tool_calls: [{ name: "shot", arguments: {} }] },
    { tool_calls: [{ name: "shot", arguments: {} }] },
    { text: "Seen." },
  ];
  const images = [{ media_type: "image/png", data }];
  const harness = new Harness(specFor({ script, images }, { config: { model } }), {
    llm: playedAs(model, script),
    extraTools: [shotOf({ media_type: "image/png", data })],
  });
  await harness.drive();
  expect(expectRebuilt(harness.events(), harness.tools)).toBe(3);
  const prompt = promptOf(harness.events(), harness.tools, "call_5");
  const reference = { media_type: "image/png", data_sha256, data_chars: data.length };
  expect(prompt).toMatchObject({ matches: true, model, purpose: "step", attempt: 1 });
  expect(prompt?.turns[0]).toMatchObject({ role: "user", text: "go", images: [reference] });
  expect(prompt?.turns[2]).toMatchObject({
    role: "tool",
    results: [{ call_id: "call_2", name: "shot", images: [reference] }],
  });
  expect(JSON.stringify(prompt).length).toBeLessThan(60_000);
  const { body = "", body_chars = 0, body_complete } = prompt ?? {};
  expect(body_complete).toBe(false);
  expect(body.split(`sha256:${data_sha256}`).length).toBeGreaterThan(1);
  const exact = body.replaceAll(`sha256:${data_sha256}`, data);
  expect(exact.length).toBe(body_chars);
  expect(createHash("sha256").update(exact).digest("hex")).toBe(prompt?.body_sha256);
});

test("each attempt of a call has its own prompt, also of the model that took it over", async () => {
  const script = [{ tool_calls: [add(1)] }, { text: "Done." }];
  const failing = [{ tool_calls: [add(1)] }, { error: { class: "overloaded", times: 99 } }];
  const harness = new Harness(
    specFor({}, { config: { model: "openai/gpt-5", fallback_models: ["anthropic/claude"] } }),
    {
      llms: {
        "openai/gpt-5": playedAs("openai/gpt-5", failing),
        "anthropic/claude": playedAs("anthropic/claude", script),
      },
    },
  );
  await harness.drive();
  const events = harness.events();
  const { tools } = harness;
  expect(harness.log.state.end).toMatchObject({ status: "completed" });
  const requests = events.flatMap((e) => (e.type === "model.requested" ? [e.data] : []));
  const attempts = requests.filter(({ call_id }) => call_id === "call_3");
  expect(attempts.length).toBeGreaterThan(3);
  expect(expectRebuilt(events, tools)).toBe(requests.length);
  const prompts = attempts.map(({ attempt }) => promptOf(events, tools, "call_3", attempt));
  expect(prompts.map((prompt) => prompt?.model)).toEqual(attempts.map(({ model }) => model));
  expect(new Set(prompts.map((prompt) => prompt?.model)).size).toBe(2);
  expect(prompts[0]?.body).toContain('"model":"gpt-5"');
  expect(prompts.at(-1)?.body).toContain('"model":"claude"');
  expect(promptOf(events, tools, "call_3")).toEqual(prompts.at(-1));
  expect(promptOf(events, tools, "call_3", attempts.length + 1)).toBeNull();
  expect(promptOf(events, tools, "call_2"), "a tool's call").toBeNull();
  expect(promptOf(events, tools, "call_99")).toBeNull();
});

function talk(i: number) {
  return { text: "x".repeat(900), tool_calls: [add(i)] };
}

test("the prompt of a summary, and the one after it, are those of a shortened conversation", async () => {
  const model = "anthropic/claude";
  const llm = playedAs(model, [...Array.from({ length: 8 }, (_, i) => talk(i)), { text: "Done." }]);
  const config = { model, memory: { max_tokens: 700 } };
  const harness = new Harness(specFor({}, { config }), { llm });
  await harness.drive();
  const events = harness.events();
  const summaries = events.flatMap((e) =>
    e.type === "model.requested" && e.data.purpose === "compact" ? [e.data.call_id] : [],
  );
  expect(summaries.length).toBeGreaterThan(0);
  const [first = ""] = summaries;
  const summary = promptOf(events, harness.tools, first);
  expect(summary).toMatchObject({ purpose: "compact", matches: true, tools: [] });
  expect(summary?.turns).toHaveLength(1);
  const after = promptOf(events, harness.tools, `call_${Number(first.slice(5)) + 1}`);
  expect(after).toMatchObject({ purpose: "step", matches: true });
  expect(after?.turns[1]).toMatchObject({
    role: "notice",
    text: expect.stringContaining("What happened before") as string,
  });
});

test("a prompt says whether the noted hash is that of its body", async () => {
  const harness = new Harness(specFor({ script: [{ text: "Done." }] }));
  await harness.drive();
  const events = harness.events();
  const whole = promptOf(events, harness.tools, "call_1");
  const text = JSON.stringify(events).replace(/"body_sha256":"\w+"/, '"body_sha256":"0"');
  const forged = JSON.parse(text) as typeof events;
  expect(whole?.matches).toBe(true);
  expect(promptOf(forged, harness.tools, "call_1")).toEqual({ ...whole, matches: false });
});

test("a body is cut at its maximum length, and its hash is that of the exact text", () => {
  const text = "y".repeat(2_500_000);
  const request = {
    system: "",
    turns: [{ role: "user" as const, text: "go" }],
    tools: [],
    stop: [],
    model: "m",
    position: { replies: 0, failedAttempts: 0 },
  };
  const data = { call_id: "call_1", attempt: 1, step: 1, model: "m/m", up_to_seq: 2 };
  const intent = {
    seq: 3,
    at: "2026-11-22T12:00:00.000Z",
    v: 1 as const,
    type: "model.requested" as const,
    data: { ...data, body_sha256: "of it" },
  };
  const past = { state: INITIAL_STATE, intent };
  const prompt = promptView(past, { request, body: text, sha256: "of it" });
  expect(prompt.body).toBe("y".repeat(2_000_000));
  expect(prompt).toMatchObject({ body_chars: 2_500_000, body_complete: false, matches: true });
});
