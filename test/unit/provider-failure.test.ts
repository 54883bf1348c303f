/** What an error of a provider means, where its body and its status differ; and which keys are masked. */
import { expect, test } from "vitest";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { failureOf } from "../../src/agent/llm/provider-failure.ts";
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
