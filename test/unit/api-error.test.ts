/** What a person is told when the service says no or is not there. */
import { expect, test } from "vitest";
import { explain, RefusedError, UnreachableError } from "../../scripts/api-error.ts";

test("a refusal is explained with its pointers, once, and with what to do", () => {
  const faults = [
    { pointer: "/a", detail: "must be text" },
    { pointer: "/b", detail: "is\u001b[2J unknown" },
  ];
  const refusal = new RefusedError(422, "validation_failed", "/a must be text.", faults);
  expect(explain(refusal)).toBe("/a must be text.\n  /b: is␛[2J unknown");
  expect(explain(new RefusedError(401, "unauthorized", "No."))).toContain("OPSPAWN_KEY");
  expect(explain(new UnreachableError("http://here", "no answer"))).toContain("npm start");
  expect(() => explain(new TypeError("a bug"))).toThrow("a bug");
});
