/** Pure: checks a form's value with the validator that the service uses. */
import { Validator, type OutputUnit } from "@cfworker/json-schema";
import { partsOf } from "./form-schema.ts";
import type { FieldError } from "./form-state.ts";

/** Keywords that only say that something inside of them is wrong. */
const OUTER = new Set([
  "properties",
  "items",
  "prefixItems",
  "$ref",
  "allOf",
  "if",
  "then",
  "else",
]);

/**
 * Returns what is wrong with a value, by field.
 * @param schema its JSON Schema; anything else allows all. What cannot be checked here is left to
 *   the service.
 */
export function checkValue(schema: unknown, value: unknown): FieldError[] {
  if (typeof schema !== "object" || schema === null) {
    return [];
  }
  let errors: OutputUnit[];
  try {
    ({ errors } = new Validator(schema, "2020-12", false).validate(value));
  } catch {
    return [];
  }
  const inner = errors.filter(({ keyword }) => !OUTER.has(keyword));
  const found = new Map<string, FieldError>();
  for (const unit of inner.length > 0 ? inner : errors) {
    const error = fieldError(unit);
    if (!found.has(error.pointer)) {
      found.set(error.pointer, error);
    }
  }
  const all = [...found.values()];
  // An alternative that does not fit is named by its innermost fault.
  return all.filter(({ pointer }) => !all.some((other) => other.pointer.startsWith(`${pointer}/`)));
}

/** Returns the errors of fields within a part of a request, such as `/arguments`. */
export function errorsBelow(errors: readonly FieldError[], prefix: string): FieldError[] {
  return errors.flatMap(({ pointer, detail }) =>
    pointer === prefix || pointer.startsWith(`${prefix}/`)
      ? [{ pointer: pointer.slice(prefix.length), detail }]
      : [],
  );
}

function fieldError({ keyword, instanceLocation, error }: OutputUnit): FieldError {
  const pointer = decoded(instanceLocation.replace(/^#/, ""));
  if (keyword === "required") {
    const name = /"(?<name>.*)"/s.exec(error)?.groups?.["name"] ?? "";
    const escaped = name.replaceAll("~", "~0").replaceAll("/", "~1");
    return { pointer: `${pointer}/${escaped}`, detail: "This is required." };
  }
  if (keyword === "additionalProperties" || keyword === "false") {
    return { pointer, detail: `${partsOf(pointer).at(-1) ?? "This"} is not allowed here.` };
  }
  return { pointer, detail: error.replace(/^Instance /, "The value ") };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
