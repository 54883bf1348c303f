/** Bodies from logs in plain Node: every planner, under budgets, after retries, fallbacks and compaction. */
import { expect, test } from "vitest";
import type { AgentConfig, PlannerName } from "../../src/run/spec.ts";
import { Harness, specFor } from "../harness.ts";
import { expectRebuilt } from "./rebuild.ts";

const add = (a: number) => ({ name: "add_numbers", arguments: { a, b: 2 } });
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
