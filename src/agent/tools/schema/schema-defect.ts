/**
 * Checks whether an external JSON Schema can be applied. Validators ignore unknown keywords, so a
 * misspelled rule would allow everything. Here it is rejected.
 */
import {
  isJsonObject,
  jsonDefect,
  type JsonObject,
  type JsonValue,
} from "../../../run/value/json.ts";
import { pointerTo, type JsonPointer } from "../../../run/value/json-pointer.ts";
import { childKind, COUNTS, FREE, NUMBERS } from "../../../run/value/schema-keywords.ts";
import type { SchemaDefect } from "../../../run/spec/catalogue.ts";
import { jsonSchemaCheck } from "./json-schema.ts";

const TYPES: ReadonlySet<string> = new Set([
  "null",
  "boolean",
  "object",
  "array",
  "number",
  "string",
  "integer",
]);
/** What an unknown keyword is: a defect, or an annotation as the standard says. */
type UnknownWords = "rejected" | "allowed";

/** Returns why a schema cannot be applied, and where; null if it can. */
export function schemaDefect(
  schema: JsonObject,
  unknown: UnknownWords = "rejected",
): SchemaDefect | null {
  const deep = jsonDefect(schema);
  if (deep !== null) {
    return { pointer: "", detail: deep };
  }
  const found = walk(schema, "", unknown);
  if (found !== null) {
    return found;
  }
  // Other defects appear only when the schema is applied: a `$ref` without a target, or a circular
  // one.
  const check = jsonSchemaCheck(schema);
  const tried = [null, {}, [], "", 0].map((value) => check(value));
  return tried.some((one) => !one.ok && one.reason === "the schema cannot be applied")
    ? { pointer: "", detail: "cannot be applied: does a `$ref` lead nowhere?" }
    : null;
}

function walk(schema: JsonValue, at: JsonPointer, unknown: UnknownWords): SchemaDefect | null {
  if (typeof schema === "boolean") {
    return null;
  }
  if (!isJsonObject(schema)) {
    return { pointer: at, detail: "must be a schema: an object or a boolean" };
  }
  for (const [key, value] of Object.entries(schema)) {
    const found = member(key, value, pointerTo([key], at), unknown);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function member(
  key: string,
  value: JsonValue,
  at: JsonPointer,
  unknown: UnknownWords,
): SchemaDefect | null {
  switch (childKind(key)) {
    case "one":
      return walk(value, at, unknown);
    case "list":
      return Array.isArray(value)
        ? first(value.map((one: JsonValue, i) => walk(one, pointerTo([i], at), unknown)))
        : { pointer: at, detail: "must be a list of schemas" };
    case "named":
      return isJsonObject(value)
        ? first(
            Object.entries(value).map(([name, one]) =>
              key === "patternProperties" && !isPattern(name)
                ? { pointer: pointerTo([name], at), detail: "is not a regular expression" }
                : walk(one, pointerTo([name], at), unknown),
            ),
          )
        : { pointer: at, detail: "must be an object of schemas" };
    default: {
      const detail = fault(key, value, unknown);
      return detail === null ? null : { pointer: at, detail };
    }
  }
}

function fault(key: string, value: JsonValue, unknown: UnknownWords): string | null {
  if (COUNTS.has(key)) {
    return Number.isInteger(value) && Number(value) >= 0 ? null : "must be a whole number";
  }
  if (NUMBERS.has(key)) {
    return typeof value === "number" ? null : "must be a number";
  }
  switch (key) {
    case "type":
      return [value].flat().every((one) => typeof one === "string" && TYPES.has(one))
        ? null
        : `must be one of ${[...TYPES].join(", ")}`;
    case "enum":
      return Array.isArray(value) ? null : "must be a list";
    case "required":
      return Array.isArray(value) && value.every((one) => typeof one === "string")
        ? null
        : "must be a list of names";
    case "pattern":
      return typeof value === "string" && isPattern(value) ? null : "is not a regular expression";
    case "multipleOf":
      return typeof value === "number" && value > 0 ? null : "must be a number above 0";
    case "uniqueItems":
      return typeof value === "boolean" ? null : "must be true or false";
    case "dependentRequired":
      return isJsonObject(value) ? null : "must be an object";
    case "$ref":
      return typeof value === "string" && value.startsWith("#")
        ? null
        : "must refer to a place in this schema (`#/…`)";
    default:
      return FREE.has(key) || unknown === "allowed" ? null : "is not a keyword of JSON Schema";
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function first(defects: readonly (SchemaDefect | null)[]): SchemaDefect | null {
  return defects.find((one) => one !== null) ?? null;
}
