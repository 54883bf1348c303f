import assert from "node:assert/strict";
import { test } from "node:test";
import { enumerate, expectEffects, expectEvents, expectSame, simulate } from "opspawn/testing";
import { plan } from "../src/plan.ts";
import { support } from "../src/support.ts";

const options = {
  // The replies of the model, in order.
  script: [
    { tool_calls: [{ name: "plan", arguments: { customer: "ada" } }] },
    { text: "Ada has the plan gold." },
  ],
  tools: [plan],
  env: { PLANS: { get: async () => "gold" } },
};

void test("the agent looks up the plan", async () => {
  const run = await simulate(support, options);
  expectEffects(run, { plan: 1 });
  expectEvents(run, [{ type: "tool.completed", data: { output: { plan: "gold" } } }]);
  assert.equal(run.answer, "Ada has the plan gold.");
});

void test("a crash before or after any write changes nothing", async () => {
  expectSame(await enumerate(support, options));
});
