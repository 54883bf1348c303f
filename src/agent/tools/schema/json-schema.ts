/** Checks values against JSON Schemas that come from outside (2020-12), without generating code. */
import { Validator, type OutputUnit } from "@cfworker/json-schema";
import type { JsonObject, JsonValue } from "../../../run/value/json.ts";
import type { Checked } from "../tool.ts";

/** Reasons that are named at most; the rest are usually consequences. */
const MAX_REASONS = 5;

/** Subschemas that are applied at most, for one value: a small schema can ask for 2^n of them. */
const MAX_STEPS = 200_000;

/**
 * A check by this schema. A schema that cannot be applied (an unknown `$ref`, a broken pattern,
 * one that refers to itself without end) fits nothing, and says so: the check itself never throws,
 * and comes to an end.
 */
export function jsonSchemaCheck(schema: JsonObject): (value: unknown) => Checked {
  let validator: Validator | undefined;
  const steps = { left: MAX_STEPS };
  return (value) => {
    try {
      // A copy, since the validator marks the schema's objects; made late, since few are used.
      validator ??= new Validator(counted(structuredClone(schema), steps), "2020-12", false);
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
 * The validator has no bound of its own. It asks each schema that it applies for a keyword of older
 * drafts, which is answered here: by counting.
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

/** The innermost errors: "a property does not match" adds nothing to what is wrong with it. */
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

/** Why a value does not fit a schema, or null; a schema is made ready once. */
export function schemaFits(schema: JsonObject, value: JsonValue): string | null {
  const check = checks.get(schema) ?? jsonSchemaCheck(schema);
  checks.set(schema, check);
  const checked = check(value);
  return checked.ok ? null : checked.reason;
}
