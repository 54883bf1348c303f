/** What is wrong in the code of a deployment: one sentence that names it, before anything is served. */
import { expect, test } from "vitest";
import { z } from "zod";
import { defineAgent, type AgentInput } from "../../src/library/define-agent.ts";
import { defineTool } from "../../src/library/define-tool.ts";
import { DefinitionError } from "../../src/library/definition-error.ts";
import { extensionsOf } from "../../src/library/extensions-of.ts";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import type { LlmClient } from "../../src/agent/llm/client.ts";

const REFUND = {
  name: "refund",
  description: "Refunds.",
  input: z.object({ order: z.string() }),
  effect: "once",
  run: () => null,
} as const;
const ACME: LlmClient = { body: () => "{}", async *stream() {} };

function toolNamed(name: string) {
  return defineTool({ ...REFUND, name });
}

test.each([
  [
    'The tool "re fund" has an invalid name: it needs 1 to 128 letters, digits, _, . and -.',
    () => toolNamed("re fund"),
  ],
  [
    "The tool refund has an invalid input: it must be an object.",
    () => defineTool({ ...REFUND, input: z.string() }),
  ],
  [
    /^The tool refund has an invalid input: it must be a zod schema that JSON Schema can express \(.*Date.*\)\.$/,
    () => defineTool({ ...REFUND, input: z.object({ at: z.date() }) }),
  ],
  [
    /^The tool refund has an invalid output: /,
    () => defineTool({ ...REFUND, output: z.bigint(), run: () => 1n }),
  ],
  [
    "The tool refund has the effect probe, but no function probe.",
    () => defineTool({ ...REFUND, effect: "probe" }),
  ],
  [
    "Two tools have the name refund; names must be unique.",
    () => extensionsOf({ tools: [toolNamed("refund"), toolNamed("refund")] }),
  ],
  [
    "The tool http_request is built in; choose another name.",
    () => extensionsOf({ tools: [toolNamed("http_request")] }),
  ],
  [
    "The tool run_code is built in; choose another name.",
    () => extensionsOf({ tools: [toolNamed("run_code")] }),
  ],
  [
    "Two agents have the name support; names must be unique.",
    () =>
      extensionsOf({
        agents: [defineAgent({ name: "support" }), defineAgent({ name: "support" })],
      }),
  ],
  [
    /^The agent "support" is invalid: config\.temperature .+\.$/,
    () => defineAgent({ name: "support", config: { temperature: 9 } }),
  ],
  [/^The agent "Support" is invalid: name .+\.$/, () => defineAgent({ name: "Support" })],
  [
    "The provider local is built in; choose another name.",
    () => extensionsOf({ providers: { local: () => ACME } }),
  ],
  [
    /^The provider "Acme" has an invalid name: /,
    () => extensionsOf({ providers: { Acme: () => ACME } }),
  ],
  [
    "The planner react is built in; choose another name.",
    () => extensionsOf({ planners: { react: nativePlanner } }),
  ],
])("%s", (message, define) => {
  expect(define).toThrow(DefinitionError);
  expect(define).toThrow(message);
});

test("the version of an agent in code follows its content, and no order of fields", () => {
  const agent: AgentInput = {
    name: "support",
    config: { instructions: "Be brief.", tools: ["refund"] },
    limits: { max_steps: 5 },
  };
  const same: AgentInput = {
    limits: { max_steps: 5 },
    config: { tools: ["refund"], instructions: "Be brief." },
    name: "support",
  };
  const { version } = defineAgent(agent);
  expect(defineAgent(same).version).toBe(version);
  expect(defineAgent({ ...agent, description: "new" }).version).not.toBe(version);
  expect(version).toBeGreaterThanOrEqual(2 ** 30);
  expect(version).toBeLessThan(2 ** 31);
});
