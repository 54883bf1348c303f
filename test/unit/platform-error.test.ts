/** What the platform's own errors are taken for, in the words that it uses, with and without flags. */
import { expect, test } from "vitest";
import { toProblem } from "../../src/api/http/problem.ts";
import { platformFailure } from "../../src/durable/platform-error.ts";

test.each([
  ["superseded", "Durable Object reset because its code was updated."],
  ["superseded", "This object is no longer active; a newer version has taken over."],
  ["disconnected", "Network connection lost."],
  [
    "disconnected",
    "Durable Object storage operation exceeded timeout which caused object to be reset.",
  ],
  ["disconnected", "internal error; reference = 0123456789abcdef"],
  ["overloaded", "Durable Object is overloaded. Requests queued for too long."],
  ["overloaded", "D1_ERROR: D1 DB is overloaded. Too many requests queued."],
  ["overloaded", "D1_ERROR: D1 DB exceeded its CPU time limit and was reset."],
  ["overloaded", "D1_ERROR: database is locked: SQLITE_BUSY"],
  ["disconnected", "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node."],
  ["disconnected", "Internal error while starting up D1 DB storage caused object to be reset."],
  ["out_of_memory", "Durable Object's isolate exceeded its memory limit and was reset."],
  ["out_of_memory", "out of memory: SQLITE_NOMEM"],
])("%s: %s", (failure, message) => {
  expect(platformFailure(new Error(message))).toBe(failure);
  expect(platformFailure(Object.assign(new Error(message), { retryable: true }))).toBe(failure);
});

test("a flag alone says enough, and anything else is no fault of the platform", () => {
  expect(platformFailure(Object.assign(new Error("?"), { overloaded: true }))).toBe("overloaded");
  expect(platformFailure(Object.assign(new Error("?"), { retryable: true }))).toBe("disconnected");
  expect(platformFailure({ durableObjectReset: true })).toBe("disconnected");
  for (const other of [new Error("no such column"), "text", null, undefined, 7, {}]) {
    expect(platformFailure(other)).toBeNull();
  }
});

test("a client is told to come back, later where load is the trouble, and never told the text", () => {
  const lost = toProblem(new Error("Network connection lost."));
  expect(lost).toMatchObject({ code: "unavailable", headers: { "Retry-After": "1" } });
  const busy = toProblem(new Error("D1_ERROR: D1 DB is overloaded. Too many requests queued."));
  expect(busy).toMatchObject({ code: "unavailable", headers: { "Retry-After": "5" } });
  expect(busy?.detail).not.toContain("D1");
  expect(toProblem(new Error("a bug"))).toBeNull();
});
