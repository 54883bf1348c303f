/**
 * Validates answers against a JSON Schema. The build bundles the validator into this module, so that
 * the package still needs no other one.
 */
import { Validator } from "@cfworker/json-schema";

/** Returns why a value does not match a schema, or null. */
export function schemaFault(schema: object | boolean, value: unknown): string | null {
  let errors: ReturnType<Validator["validate"]>["errors"];
  try {
    ({ errors } = new Validator(structuredClone(schema), "2020-12", true).validate(value));
  } catch (error) {
    return `the schema cannot be applied: ${(error as Error).message}`;
  }
  const last = errors.at(-1);
  return last === undefined
    ? null
    : `${last.instanceLocation.replace(/^#/, "") || "the value"}: ${last.error}`;
}
