/** Settings of providers and models, and what a submission is told where one is missing. */
import { expect, test } from "vitest";
import { buildCatalogue } from "../../src/compose/catalogue.ts";
import { configOf, SettingError } from "../../src/env/config.ts";

test("a provider is there when its key or its address is set", () => {
  expect([...configOf({}).providers.keys()]).toEqual([]);
  const config = configOf({
    OPENAI_API_KEY: "k",
    ANTHROPIC_API_KEY: " k ",
    GOOGLE_BASE_URL: "http://127.0.0.1:1",
    OPENROUTER_API_KEY: "",
  });
  expect(Object.fromEntries(config.providers)).toEqual({
    openai: { protocol: "responses", apiKey: "k" },
    anthropic: { protocol: "anthropic", apiKey: "k" },
    google: { protocol: "google", baseUrl: "http://127.0.0.1:1" },
  });
});

test.each([
  [{ OPENAI_API_KEY: "k" }, "responses"],
  [{ OPENAI_BASE_URL: "http://127.0.0.1:1/v1" }, "chat"],
  [{ OPENAI_API_KEY: "k", OPENAI_API: "chat" }, "chat"],
  [{ OPENAI_BASE_URL: "http://127.0.0.1:1/v1", OPENAI_API: "responses" }, "responses"],
])("OpenAI with %j speaks %s", (env, protocol) => {
  expect(configOf(env).providers.get("openai")?.protocol).toBe(protocol);
});

test("OpenRouter is told who asks, where that is set", () => {
  const env = {
    OPENROUTER_API_KEY: "k",
    OPENROUTER_REFERER: "https://a.example",
    OPENROUTER_TITLE: "A",
  };
  expect(configOf(env).providers.get("openrouter")?.headers).toEqual({
    "HTTP-Referer": "https://a.example",
    "X-Title": "A",
  });
});

test("a provider has further headers, for a gateway", () => {
  const gateway = { "cf-aig-authorization": "Bearer t" };
  const { providers } = configOf({
    OPENAI_BASE_URL: "https://gateway.example/openai",
    OPENAI_HEADERS: JSON.stringify(gateway),
    OPENROUTER_API_KEY: "k",
    OPENROUTER_TITLE: "A",
    OPENROUTER_HEADERS: JSON.stringify({ ...gateway, "X-Title": "B" }),
    OPSPAWN_PROVIDERS: JSON.stringify({
      lab: { base_url: "https://lab.example/v1", headers: gateway },
    }),
  });
  expect(providers.get("openai")?.headers).toEqual(gateway);
  expect(providers.get("openrouter")?.headers).toEqual({ ...gateway, "X-Title": "B" });
  expect(providers.get("lab")?.headers).toEqual(gateway);
});

test("further providers are named in JSON, and their failures name that setting", () => {
  const env = {
    OPSPAWN_PROVIDERS: JSON.stringify({
      ollama: { base_url: "http://127.0.0.1:11434/v1" },
      lab: { base_url: "https://lab.example/v1", api_key: "k", api: "responses" },
    }),
  };
  expect(Object.fromEntries(configOf(env).providers)).toMatchObject({
    ollama: { protocol: "compatible", named: { url: "base_url of ollama in OPSPAWN_PROVIDERS" } },
    lab: { protocol: "responses", apiKey: "k" },
  });
});

test.each([
  [{ OPSPAWN_PROVIDERS: "{" }, "OPSPAWN_PROVIDERS"],
  [{ OPSPAWN_PROVIDERS: '{"openai":{"base_url":"http://x.example"}}' }, "OPSPAWN_PROVIDERS"],
  [{ OPSPAWN_PROVIDERS: '{"a":{"base_url":"nowhere"}}' }, "OPSPAWN_PROVIDERS"],
  [
    { OPSPAWN_PROVIDERS: '{"a":{"base_url":"http://x.example","key":"secret"}}' },
    "OPSPAWN_PROVIDERS",
  ],
  [
    { OPSPAWN_PRICES: '{"gpt-4o":{"input":1,"cached_input":1,"cache_write":1,"output":1}}' },
    "OPSPAWN_PRICES",
  ],
  [
    { OPSPAWN_PRICES: '{"a/b":{"input":0.5,"cached_input":1,"cache_write":1,"output":1}}' },
    "OPSPAWN_PRICES",
  ],
  [{ OPENAI_API: "completions" }, "OPENAI_API"],
  [{ OPENAI_HEADERS: "cf-aig-authorization: secret" }, "OPENAI_HEADERS"],
  [{ GOOGLE_HEADERS: '{"X-Goog-Api-Key":"secret"}' }, "GOOGLE_HEADERS"],
  [{ ANTHROPIC_HEADERS: '{"a":"secret\\r\\nb: c"}' }, "ANTHROPIC_HEADERS"],
  [{ OPENROUTER_HEADERS: '{"a b":"secret"}' }, "OPENROUTER_HEADERS"],
  [{ GOOGLE_BASE_URL: "here" }, "GOOGLE_BASE_URL"],
  [{ AGENTKIT_PLANNER_TYPE: "chess?" }, "AGENTKIT_PLANNER_TYPE"],
  [{ OPSPAWN_HOSTS: "http://opspawn.example" }, "OPSPAWN_HOSTS"],
  [{ OPSPAWN_HOSTS: "*.example" }, "OPSPAWN_HOSTS"],
])("a wrong value is named, and a secret in it is not: %j", (env, name) => {
  const parse = () => configOf(env);
  expect(parse).toThrow(SettingError);
  expect(parse).toThrow(new RegExp(`^The setting ${name} is wrong: `));
  expect(parse).not.toThrow(/secret/);
});

test.each([
  [{}, "local/rules", "native"],
  [{ AGENTKIT_LLM_MODEL: "gpt-4o" }, "openai/gpt-4o", "native"],
  [
    {
      AGENTKIT_LLM_PROVIDER: "Anthropic",
      AGENTKIT_LLM_MODEL: "claude-opus-5",
      AGENTKIT_PLANNER_TYPE: "ReAct",
    },
    "anthropic/claude-opus-5",
    "react",
  ],
  [
    { AGENTKIT_LLM_MODEL: "gpt-4o", OPSPAWN_DEFAULT_MODEL: "local/script" },
    "local/script",
    "native",
  ],
])("with %j the default model is %s and the planner %s", (env, model, planner) => {
  expect(configOf(env)).toMatchObject({ defaultModel: model, defaultPlanner: planner });
});

test("prices of the configuration are read, tiers and all", () => {
  const rates = { input: 1, cached_input: 2, cache_write: 3, output: 4 };
  const price = { ...rates, above: { ...rates, input_tokens: 5 } };
  const config = configOf({ OPSPAWN_PRICES: JSON.stringify({ "shelf/llama": price }) });
  expect(config.prices.get("shelf/llama")).toEqual(price);
});

test("a model whose provider is not configured is refused with the setting that would configure it", () => {
  const catalogue = buildCatalogue(configOf({ ANTHROPIC_API_KEY: "k" }), { AI: {} });
  expect(catalogue.providers).toEqual(["local", "anthropic", "workers-ai"]);
  expect(catalogue.modelProblem("anthropic/claude-anything")).toBeNull();
  expect(catalogue.modelProblem("workers-ai/@cf/meta/llama-3.1-8b-instruct")).toBeNull();
  for (const [provider, setting] of [
    ["openai", "OPENAI_API_KEY"],
    ["google", "GOOGLE_API_KEY"],
    ["openrouter", "OPENROUTER_API_KEY"],
  ]) {
    const problem = catalogue.modelProblem(`${provider}/m`);
    expect(problem?.code).toBe("provider_not_configured");
    expect(problem?.detail).toContain(setting);
  }
  const unknown = catalogue.modelProblem("nobody/m");
  expect(unknown?.code).toBe("unknown_model");
  expect(unknown?.detail).toContain("OPSPAWN_PROVIDERS");
  expect(catalogue.modelProblem("openrouter/")?.code).toBe("unknown_model");
});
