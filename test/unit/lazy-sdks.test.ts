/** What is loaded when the Worker starts, and what only with the first call. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

/** Asks one provider after the other, and tells what has been loaded before and after each. */
const PROGRAM = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({
    load(url, context, next) {
      const name = /node_modules\\/(openai|@anthropic-ai\\/sdk|@google\\/genai|@modelcontextprotocol\\/sdk)\\//.exec(url)?.[1];
      if (name !== undefined && !loaded.includes(name)) loaded.push(name);
      return next(url, context);
    },
  });
  const { buildDeps } = await import("./src/compose/run.ts");
  const steps = [[...loaded]];
  const { toolsFor } = buildDeps({
    OPENAI_BASE_URL: "http://127.0.0.1:1/v1",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
    GOOGLE_BASE_URL: "http://127.0.0.1:1",
  });
  for (const provider of ["openai", "anthropic", "google"]) {
    const config = { model: provider + "/m", planner: "native" };
    const llm = toolsFor({ input_data: {}, config, limits: {} }, () => null).llmFor(config.model);
    const request = { model: "m", system: "", turns: [], tools: [], stop: [], position: {} };
    const body = llm.body(request);
    steps.push([...loaded]);
    for await (const _ of llm.stream(request, body, new AbortController().signal));
    steps.push([...loaded]);
  }
  console.log(JSON.stringify(steps));
`;

test("starting loads no SDK, composing a request neither; a first call loads its own and no other", () => {
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const [openai, anthropic, google] = ["openai", "@anthropic-ai/sdk", "@google/genai"];
  expect(JSON.parse(output)).toEqual([
    [],
    [],
    [openai],
    [openai],
    [openai, anthropic],
    [openai, anthropic],
    [openai, anthropic, google],
  ]);
}, 60_000);
