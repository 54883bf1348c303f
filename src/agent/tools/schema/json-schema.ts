/** Validates values against external JSON Schemas (2020-12), without generating code. */
import { Validator, type OutputUnit } from "@cfworker/json-schema";
import type { JsonObject, JsonValue } from "../../../run/value/json.ts";
import { pointerTo } from "../../../run/value/json-pointer.ts";
import {
  faultText,
  lengthMessage,
  numberMessage,
  typeMessage,
  type Bound,
} from "../../../run/value/schema-message.ts";
import type { Checked } from "../tool.ts";
import { withoutUnknown } from "./foreign-schema.ts";

/** Maximum number of reported reasons; further ones are usually consequences. */
const MAX_REASONS = 5;

/** Maximum number of subschemas applied to one value: a small schema can require 2^n of them. */
const MAX_STEPS = 200_000;

/**
 * Returns a check by this schema. If the schema cannot be applied (an unknown `$ref`, an invalid
 * pattern, endless recursion), the check fails for every value, with that reason. It never throws
 * and always terminates.
 */
export function jsonSchemaCheck(schema: JsonObject): (value: unknown) => Checked {
  let validator: Validator | undefined;
  const steps = { left: MAX_STEPS };
  return (value) => {
    try {
      // A copy, since the validator changes the schema's objects. Created late, since few checks
      // are used.
      validator ??= new Validator(
        counted(structuredClone(withoutUnknown(schema)), steps),
        "2020-12",
        false,
      );
      steps.left = MAX_STEPS;
      const { valid, errors } = validator.validate(value);
      return valid
        ? { ok: true, value: value as JsonValue }
        : { ok: false, reason: reasonOf(errors) };
    } catch {
      const reason = steps.left < 0 ? "checking it takes too long" : "the schema cannot be applied";
      return { ok: false, reason };
    }
  };
}

/**
 * Counts the validator's steps, since it has no limit of its own. It reads a keyword of older
 * drafts from each schema that it applies; the getter for this keyword counts.
 */
function counted(schema: object, steps: { left: number }): object {
  const counting = Object.create(Object.prototype, {
    $recursiveAnchor: {
      get() {
        steps.left -= 1;
        if (steps.left < 0) {
          throw new Error("too many steps");
        }
      },
    },
  }) as object;
  const left: object[] = [schema];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (!Array.isArray(node)) {
      Object.setPrototypeOf(node, counting);
    }
    left.push(...Object.values(node).filter((one) => typeof one === "object" && one !== null));
  }
  return schema;
}

/** Returns the innermost errors. Outer ones ("a property does not match") add no information. */
function reasonOf(errors: readonly OutputUnit[]): string {
  const leaves = errors.filter((error) => !errors.some((other) => isInside(other, error)));
  const reasons = leaves
    .slice(0, MAX_REASONS)
    .map((unit) => faultText({ pointer: pointerOf(unit), detail: detailOf(unit) }));
  return [...new Set(reasons)].join("; ");
}

/** Whether one error explains another. A schema `false` is located by what it forbids. */
function isInside(one: OutputUnit, other: OutputUnit): boolean {
  return (
    one.keywordLocation.startsWith(`${other.keywordLocation}/`) ||
    (one.keyword === "false" &&
      other.keyword.endsWith("roperties") &&
      one.instanceLocation.startsWith(`${other.instanceLocation}/`))
  );
}

function pointerOf({ instanceLocation, keyword, error }: OutputUnit): string {
  const name = keyword === "required" ? namesIn(error)[0] : undefined;
  return `${instanceLocation.replace(/^#/, "")}${name === undefined ? "" : pointerTo([name])}`;
}

/** Returns what is wrong with a value, in the words of our own schemas. */
function detailOf({ keyword, error }: OutputUnit): string {
  const write = Object.hasOwn(SENTENCES, keyword) ? SENTENCES[keyword] : undefined;
  return write?.(error) ?? error.replace(/^Instance /, "").replace(/\.$/, "");
}

/** Rewrites the validator's messages by keyword; null for a message of another form. */
const SENTENCES: Readonly<Record<string, (error: string) => string | null>> = {
  type: (error) => {
    const [sent = "", ...expected] = namesIn(error);
    return typeMessage(expected, sent);
  },
  required: () => "is required",
  false: () => "is not allowed",
  const: (error) => error.replace("Instance does not match", "must be").replace(/\.$/, ""),
  enum: (error) =>
    error.replace("Instance does not match any of [", "must be one of ").replace(/\]\.$/, ""),
  pattern: () => "has the wrong form",
  format: (error) => `must have the format ${namesIn(error).join("")}`,
  minLength: (error) => lengthDetail(error, "at least", "character"),
  maxLength: (error) => lengthDetail(error, "at most", "character"),
  minItems: (error) => lengthDetail(error, "at least", "item"),
  maxItems: (error) => lengthDetail(error, "at most", "item"),
  minimum: (error) => numberDetail(error, "at least"),
  maximum: (error) => numberDetail(error, "at most"),
  exclusiveMinimum: (error) => numberDetail(error, "more than"),
  exclusiveMaximum: (error) => numberDetail(error, "less than"),
};

/** The quoted words of a message. */
function namesIn(error: string): string[] {
  return Array.from(error.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, name = ""]) => name);
}

/** Reads `(5 > 3)` of a message: what was sent, and the bound. */
function lengthDetail(error: string, end: Bound["end"], unit: string): string | null {
  const found = /\((\d+) [<>] (\d+)\)/.exec(error);
  return found === null
    ? null
    : lengthMessage({ end, limit: Number(found[2]) }, unit, Number(found[1]));
}

/** Reads `5 is greater than 3.`: what was sent, and the bound. */
function numberDetail(error: string, end: Bound["end"]): string | null {
  const found = /^(\S+) is .* (\S+)\.$/.exec(error);
  return found === null ? null : numberMessage({ end, limit: Number(found[2]) }, Number(found[1]));
}

const checks = new WeakMap<JsonObject, (value: unknown) => Checked>();

/** Returns why a value does not match a schema, or null. Each schema is prepared once. */
export function schemaFits(schema: JsonObject, value: JsonValue): string | null {
  const check = checks.get(schema) ?? jsonSchemaCheck(schema);
  checks.set(schema, check);
  const checked = check(value);
  return checked.ok ? null : checked.reason;
}
