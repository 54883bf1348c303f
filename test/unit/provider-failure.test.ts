/** What an error of a provider means, where its body and its status differ; and which keys are masked. */
import { expect, test } from "vitest";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { failureOf, ReportedError } from "../../src/agent/llm/provider-failure.ts";
import { MODEL_FAILURES } from "../../src/run/value/failure.ts";

function failed(status: number, error: object, headers: Record<string, string> = {}, key = "") {
  const thrown = Object.assign(new Error("failed"), {
    status,
    error,
    headers: new Headers(headers),
  });
  return failureOf(thrown, endpointOf("openai", { apiKey: key }), false);
}

test.each([401, 403, 404])(
  "status %i is not tried again, whatever the error calls itself",
  (status) => {
    const types = ["server_error", "overloaded_error", "rate_limit_error", "api_error", "timeout"];
    for (const type of [...types, "unknown_word", ""]) {
      const { code, retryable } = failed(status, { type }, { "x-should-retry": "true" });
      expect(MODEL_FAILURES[code].retryable, type).toBe(false);
      expect(retryable, type).toBeUndefined();
    }
  },
);

test("the token of a configured header is masked, and its other words are not", () => {
  const token = "gateway-token-0123456789";
  const headers = { "cf-aig-authorization": `Bearer ${token}`, "cf-aig-skip-cache": "true" };
  const message = `It is true: ${token} is not known.`;
  const thrown = Object.assign(new Error("failed"), { status: 401, error: { message } });
  const failure = failureOf(thrown, endpointOf("openai", { headers }), false);
  expect(failure.message).toContain("It is true: [key] is not known.");
});

test("a word that says more than the status is kept, and other statuses go by the word", () => {
  expect(failed(403, { code: "insufficient_quota" }).code).toBe("quota_exhausted");
  expect(failed(401, { type: "content_filter" }).code).toBe("content_filtered");
  expect(failed(404, { type: "server_error" }).code).toBe("model_not_found");
  expect(failed(403, { type: "overloaded_error" }).code).toBe("authentication_failed");
  expect(failed(400, { type: "overloaded_error" }).code).toBe("overloaded");
  expect(failed(500, {}, { "x-should-retry": "false" }).retryable).toBe(false);
});

test.each([
  ["a", "a key was a mess: 'a'", "[key] key was [key] mess: '[key]'"],
  ["test", "the latest test (test) failed", "the latest [key] ([key]) failed"],
  ["k.y", "k.y and key and k.yes", "[key] and key and k.yes"],
  ["longenough", "is_longenough_ there", "is_[key]_ there"],
])("the key %s is masked, and no word that contains a short one", (key, said, shown) => {
  expect(failed(400, { message: said }, {}, key).message).toContain(shown);
});

test.each<[object, string]>([
  [{ code: "1113", message: "m" }, "quota_exhausted"],
  [{ code: "1302", message: "m" }, "rate_limited"],
  [{ code: 1261, message: "m" }, "context_too_long"],
  [{ code: "Throttling.RateQuota", message: "m" }, "rate_limited"],
  [{ code: "DataInspectionFailed", message: "m" }, "content_filtered"],
  [{ code: "InvalidApiKey", message: "m" }, "authentication_failed"],
  [{ code: "Arrearage", message: "m" }, "quota_exhausted"],
  [{ code: "ServerOverloaded", message: "m" }, "overloaded"],
  [{ type: "exceeded_current_quota_error", message: "m" }, "quota_exhausted"],
  [{ type: "invalid_authentication_error", message: "m" }, "authentication_failed"],
  [{ type: "ValidationException", message: "m" }, "invalid_request"],
  [{ code: "tool_use_failed", type: "invalid_request_error", message: "m" }, "server_error"],
  [{ base_resp: { status_code: 1008, status_msg: "insufficient balance" } }, "quota_exhausted"],
  [{ base_resp: { status_code: 1002, status_msg: "slow" } }, "rate_limited"],
])("a vendor's own code is retried or not by its meaning: %j", (error, code) => {
  const failure = failureOf(new ReportedError(error), endpointOf("vendor"), true);
  expect(failure.code).toBe(code);
  expect(failure.message).not.toContain("{");
});
