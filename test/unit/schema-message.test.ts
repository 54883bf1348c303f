/** What a request, a tool's arguments and a setting are told that do not match their schema. */
import { expect, test } from "vitest";
import { z } from "zod";
import { schemaFits } from "../../src/agent/tools/schema/json-schema.ts";
import { calculator } from "../../src/agent/tools/built-in/calculator.ts";
import { submitBody } from "../../src/api/tasks/schemas.ts";
import { validationProblem } from "../../src/api/http/validation.ts";
import { configOf } from "../../src/env/config.ts";
import type { JsonObject, JsonValue } from "../../src/run/value/json.ts";
import { schemaReason } from "../../src/run/value/schema-message.ts";

/** Words that only the author of a schema knows. */
const LIBRARY = /expected|received|invalid input|too (?:big|small)|✖|→|instance|subschema|zod/i;

function told(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value);
  return error === undefined ? "valid" : schemaReason(error);
}

const list = z.array(z.string()).min(2).max(3);

test.each<[z.ZodType, unknown, string]>([
  [z.string().max(5), "a".repeat(6), "must have at most 5 characters, but has 6"],
  [z.string().max(1), "ab", "must have at most 1 character, but has 2"],
  [
    z.string().max(500_000),
    "a".repeat(500_001),
    "must have at most 500,000 characters, but has 500,001",
  ],
  [z.string().min(1), "", "must not be empty"],
  [z.string().min(8), "short", "must have at least 8 characters, but has 5"],
  [z.string().length(3), "ab", "must have exactly 3 characters, but has 2"],
  [list, ["a"], "must have at least 2 items, but has 1"],
  [list, ["a", "b", 1], "/2 must be a string, but is 1"],
  [z.record(z.string(), z.number()), { a: "x" }, "/a must be a number, but is a string"],
  [z.number().max(9), 10, "must be at most 9, but is 10"],
  [z.number().positive(), 0, "must be more than 0, but is 0"],
  [z.number().lt(1), 1, "must be less than 1, but is 1"],
  [z.number(), Number.NaN, "must be a number, but is NaN"],
  [z.int(), 1.5, "must be a whole number, but is 1.5"],
  [z.number().multipleOf(5), 7, "must be a multiple of 5, but is 7"],
  [z.boolean(), null, "must be a boolean, but is null"],
  [z.object({ a: z.string() }), {}, "/a is required"],
  [z.object({ a: z.enum(["x", "y"]) }), {}, '/a is required: one of "x", "y"'],
  [z.enum(["x", "y"]), "z".repeat(99), `must be one of "x", "y", but is "${"z".repeat(60)}"`],
  [z.literal("x"), [], 'must be "x", but is an array'],
  [z.strictObject({}), { "a/b": 1, c: 2 }, "/a~1b is not a known field; /c is not a known field"],
  [z.url(), "nowhere", "must be a URL"],
  [
    z.object({ a: z.string().refine(() => false, "This URL is private.") }),
    { a: "x" },
    "/a: This URL is private.",
  ],
  [z.string().regex(/^a$/), "b", "has the wrong form"],
  [z.string().regex(/^a$/, "must be an a"), "b", "must be an a"],
  [z.union([z.string(), z.array(z.string())]), 5, "must be a string or an array, but is 5"],
  [
    z.union([z.string(), z.strictObject({ a: z.string() })]),
    { a: 1 },
    "/a must be a string, but is 1",
  ],
  [
    z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    {},
    "has none of the allowed forms",
  ],
  [z.object({ a: z.union([z.string(), z.number()]) }), {}, "/a is required"],
])("a value that does not match is told the bound and what was sent: %#", (schema, value, text) => {
  expect(told(schema, value)).toBe(text);
  expect(text).not.toMatch(LIBRARY);
});

test.each<[JsonObject, JsonValue, string]>([
  [{ type: "string", maxLength: 3 }, "abcd", "must have at most 3 characters, but has 4"],
  [{ type: "string", minLength: 2 }, "a", "must have at least 2 characters, but has 1"],
  [{ type: "string" }, 1, "must be a string, but is a number"],
  [{ type: ["string", "null"] }, [], "must be a string or null, but is an array"],
  [{ type: "array", maxItems: 1 }, [1, 2], "must have at most 1 item, but has 2"],
  [{ type: "integer", minimum: 2 }, 1, "must be at least 2, but is 1"],
  [{ type: "number", exclusiveMaximum: 2 }, 2, "must be less than 2, but is 2"],
  [{ type: "object", required: ["a/b"] }, {}, "/a~1b is required"],
  [{ properties: { a: { enum: ["x", "y"] } } }, { a: 1 }, '/a must be one of "x","y"'],
  [{ properties: { a: {} }, additionalProperties: false }, { b: 1 }, "/b is not allowed"],
  [{ type: "string", pattern: "^a$" }, "b", "has the wrong form"],
  [{ type: "string", format: "date" }, "b", "must have the format date"],
])(
  "arguments that do not match a JSON Schema are told in the same words: %#",
  (schema, value, text) => {
    expect(schemaFits(schema, value)).toBe(text);
    expect(text).not.toMatch(LIBRARY);
  },
);

test("a body, a built-in tool and a setting say what is wrong without words of a library", () => {
  const goal = { input_data: { goal: "a".repeat(500_001) } };
  const { error } = submitBody.safeParse(goal);
  expect(validationProblem(error ?? new z.ZodError([]), "body").detail).toBe(
    "The body is invalid: /input_data/goal must have at most 500,000 characters, but has 500,001.",
  );
  const checked = calculator.checkInput({ expression: 5 });
  expect(checked).toEqual({ ok: false, reason: "/expression must be a string, but is 5" });
  expect(() => configOf({ OPSPAWN_FETCH_TIMEOUT_MS: "0" })).toThrow(
    /^(?!.*(?:expected|too small))/i,
  );
});
