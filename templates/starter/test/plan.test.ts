import assert from "node:assert/strict";
import { test } from "node:test";
import { plan } from "../src/plan.ts";

void test("the tool needs a customer", () => {
  const tool = plan.bind({ PLANS: {} as KVNamespace });
  assert.equal(tool.checkInput({ customer: "ada" }).ok, true);
  assert.equal(tool.checkInput({}).ok, false);
});
