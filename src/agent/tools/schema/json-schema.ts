/** Validates values against external JSON Schemas (2020-12), without generating code. */
import { Validator, type OutputUnit } from "@cfworker/json-schema";
import type { JsonObject, JsonValue } from "../../../run/value/json.ts";
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
  const leaves = errors.filter(
    (error) =>
      !errors.some(
        (other) => other !== error && other.keywordLocation.startsWith(`${error.keywordLocation}/`),
      ),
  );
  const reasons = leaves.slice(0, MAX_REASONS).map(({ instanceLocation, error }) => {
    const pointer = instanceLocation.replace(/^#\/?/, "");
    return pointer === "" ? error : `${pointer}: ${error}`;
  });
  return [...new Set(reasons)].join(" ");
}

const checks = new WeakMap<JsonObject, (value: unknown) => Checked>();

/** Returns why a value does not match a schema, or null. Each schema is prepared once. */
export function schemaFits(schema: JsonObject, value: JsonValue): string | null {
  const check = checks.get(schema) ?? jsonSchemaCheck(schema);
  checks.set(schema, check);
  const checked = check(value);
  return checked.ok ? null : checked.reason;
}
