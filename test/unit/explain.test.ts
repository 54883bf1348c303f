/** What a person is told when the service says no or is not there. */
import { expect, test } from "vitest";
import { explain } from "../../sdk/src/cli/explain.ts";
import { APIError, StreamGapError, ConnectionError } from "../../sdk/src/index.ts";

test("a refusal is explained with its pointers, once, and with what to do", () => {
  const errors = [
    { pointer: "/a", detail: "must be text" },
    { pointer: "/b", detail: "is\u001b[2J unknown" },
  ];
  const detail = "/a must be text.";
  const refusal = new APIError({ status: 422, code: "validation_failed", detail, errors });
  expect(explain(refusal)).toBe("/a must be text.\n  /b is␛[2J unknown");
  const same = ["/b", "/c"].map((pointer) => ({ pointer, detail: "is not a known field" }));
  const extra = { status: 422, code: "validation_failed", detail: "/b is not a known field." };
  expect(explain(new APIError({ ...extra, errors: same }))).toBe(
    "/b is not a known field.\n  /c is not a known field",
  );
  const noKey = new APIError({ status: 401, code: "unauthorized", detail: "No." });
  expect(explain(noKey)).toContain("OPSPAWN_KEY");
  expect(explain(new ConnectionError("http://here", "no answer"))).toContain("npm start");
  expect(explain(new StreamGapError("task_1", 3))).toContain("Event 3");
  expect(() => explain(new TypeError("a bug"))).toThrow("a bug");
});
