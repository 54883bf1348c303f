/**
 * JSON Schema in the subset that Gemini accepts. Unsupported keywords are omitted; a constant
 * becomes an enum with one value, and `allOf` one schema. Tools still validate against the full schema.
 */
import { defined } from "../../../run/value/defined.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import {
  Merger,
  namesOf,
  onlyReference,
  takesFromReference,
  targetOf,
  withTargets,
} from "../schema-parts.ts";
import { withSubschemas } from "../../../run/value/schema-keywords.ts";

const KEPT = new Set([
  "$anchor",
  "type",
  "format",
  "title",
  "description",
  "enum",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "required",
]);
const NESTED = new Set([
  "items",
  "additionalProperties",
  "anyOf",
  "oneOf",
  "prefixItems",
  "properties",
  "$defs",
]);

/** Maximum number of merged definitions: merges of recursive schemas can go on endlessly. */
const MAX_MERGED = 100;

/** Returns the schema in the subset. Its references lead to `$defs`, whatever the original used. */
export function googleSchema(schema: JsonObject): JsonObject {
  return new Narrowing(schema).schema();
}

class Narrowing {
  readonly #root: JsonObject;
  readonly #merger: Merger;
  /** Merged schemas by a reference of their own, and these references by the original's text. */
  readonly #merged = new Map<string, JsonObject>();
  readonly #references = new Map<string, string>();

  constructor(root: JsonObject) {
    this.#root = root;
    this.#merger = new Merger(root);
  }

  schema(): JsonObject {
    // The outermost schema cannot be a reference.
    const isWhole = "$ref" in this.#root || "allOf" in this.#root;
    const outermost = isWhole ? this.#merger.withoutAll(this.#root) : this.#root;
    return withTargets(
      this.#narrowed(outermost),
      (ref) => this.#merged.get(ref) ?? targetOf(this.#root, ref),
      (part) => this.#narrowed(part),
    );
  }

  #narrowed(schema: JsonObject): JsonObject {
    if (!("$ref" in schema || "allOf" in schema)) {
      return this.#subset(schema);
    }
    // The API accepts nothing next to a reference.
    const $ref = onlyReference(schema) ?? this.#mergedReference(schema);
    return $ref === null ? this.#subset(this.#merger.withoutAll(schema)) : { $ref };
  }

  /**
   * Returns a reference to the merged schema; null if the merge needs no reference. Merged in its
   * place, a recursive schema would have no end.
   */
  #mergedReference(schema: JsonObject): string | null {
    if (!takesFromReference(schema)) {
      return null;
    }
    const text = JSON.stringify(schema);
    const known = this.#references.get(text);
    if (known !== undefined) {
      return known;
    }
    const ref = `#merged:${this.#merged.size + 1}`;
    if (this.#merged.size < MAX_MERGED) {
      this.#references.set(text, ref);
      this.#merged.set(ref, this.#merger.withoutAll(schema));
    }
    return ref;
  }

  #subset(schema: JsonObject): JsonObject {
    const result: Record<string, JsonValue> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (KEPT.has(key)) {
        result[key] = value;
      } else if (key === "const") {
        result["enum"] = [value];
      } else if (NESTED.has(key)) {
        const changed = withSubschemas(key, value, (one) =>
          isJsonObject(one) ? this.#narrowed(one) : one,
        );
        Object.assign(result, defined({ [key]: changed }));
      }
    }
    // The API rejects a required name that is no property.
    const { properties, required: _required, ...rest } = result;
    const known = isJsonObject(properties) ? properties : {};
    const required = namesOf(schema).filter((name) => Object.hasOwn(known, name));
    return {
      ...rest,
      ...defined({ properties }),
      ...(required.length > 0 && { required }),
    };
  }
}
