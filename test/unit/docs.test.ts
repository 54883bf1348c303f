/** The reference pages say what the code has: every event, code and setting is listed. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PROBLEMS } from "../../src/api/problem.ts";
import { SETTINGS } from "../../src/env.ts";
import { EVENT_TYPES } from "../../src/run/event.ts";
import { MODEL_FAILURES, RUN_FAILURES, TOOL_FAILURES } from "../../src/run/failure.ts";

function missing(page: string, names: readonly string[]): string[] {
  const text = readFileSync(page, "utf8");
  expect(names.length).toBeGreaterThan(0);
  return names.filter((name) => !text.includes(`\`${name}\``));
}

test("every event type is documented", () => {
  expect(missing("docs/reference/events.md", EVENT_TYPES)).toEqual([]);
});

test("every code of a refusal or a failure is documented", () => {
  const codes = [PROBLEMS, MODEL_FAILURES, TOOL_FAILURES, RUN_FAILURES].flatMap(Object.keys);
  expect(missing("docs/reference/errors.md", codes)).toEqual([]);
});

test("every setting is documented", () => {
  expect(missing("docs/reference/settings.md", SETTINGS)).toEqual([]);
});

test("every test that the crash table names exists", () => {
  const text = readFileSync("docs/crash-table.md", "utf8");
  const named = [...text.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map((match) => match[1] ?? "");
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((file) => readFileSync(file, "utf8") === "")).toEqual([]);
});
