/** The keywords of JSON Schema (2020-12 and `definitions`) whose values are schemas, in one table. */
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { pointerTo, type JsonPointer } from "./json-pointer.ts";

/** What a keyword holds: one schema, a list of them, or an object of them by name. */
type ChildKind = "one" | "list" | "named";

/** Applied to the same value as the schema around them. */
const IN_PLACE: ReadonlyMap<string, ChildKind> = new Map([
  ["not", "one"],
  ["if", "one"],
  ["then", "one"],
  ["else", "one"],
  ["allOf", "list"],
  ["anyOf", "list"],
  ["oneOf", "list"],
  ["dependentSchemas", "named"],
]);
/** Applied to a part of that value, or to nothing until a `$ref` names them. */
const INSIDE: ReadonlyMap<string, ChildKind> = new Map([
  ["additionalProperties", "one"],
  ["propertyNames", "one"],
  ["items", "one"],
  ["contains", "one"],
  ["unevaluatedProperties", "one"],
  ["unevaluatedItems", "one"],
  ["prefixItems", "list"],
  ["properties", "named"],
  ["patternProperties", "named"],
  ["$defs", "named"],
  ["definitions", "named"],
]);
const CHILDREN: ReadonlyMap<string, ChildKind> = new Map([...IN_PLACE, ...INSIDE]);

/** Keywords whose value is a count. */
export const COUNTS: ReadonlySet<string> = new Set([
  "maxLength",
  "minLength",
  "maxItems",
  "minItems",
  "maxProperties",
  "minProperties",
  "maxContains",
  "minContains",
]);
/** Keywords whose value is a number. */
export const NUMBERS: ReadonlySet<string> = new Set([
  "maximum",
  "minimum",
  "exclusiveMaximum",
  "exclusiveMinimum",
]);
/** Keywords whose value is not checked. */
export const FREE: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$comment",
  "$anchor",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "format",
  "const",
  "contentEncoding",
  "contentMediaType",
]);
/** Keywords with a rule of their own. */
const OTHERS: ReadonlySet<string> = new Set([
  "type",
  "enum",
  "required",
  "pattern",
  "multipleOf",
  "uniqueItems",
  "dependentRequired",
  "$ref",
]);

/** Returns whether a word is a keyword of JSON Schema that is applied or known to say nothing. */
export function isKeyword(word: string): boolean {
  return [CHILDREN, COUNTS, NUMBERS, FREE, OTHERS].some((words) => words.has(word));
}

/** What a keyword holds; null for one whose value is no schema. */
export function childKind(keyword: string): ChildKind | null {
  return CHILDREN.get(keyword) ?? null;
}

/** A schema inside another. */
export interface Subschema {
  readonly pointer: JsonPointer;
  /** Unchecked: it may be anything. */
  readonly schema: JsonValue;
  /** Whether it is applied to the same value as the schema around it. */
  readonly inPlace: boolean;
}

/**
 * The schemas directly inside a schema, those in place first. Values of the wrong shape are left out.
 * @param at where the schema is
 */
export function subschemasOf(schema: JsonObject, at: JsonPointer): Subschema[] {
  return [...CHILDREN.keys()].flatMap((keyword) => {
    const value = schema[keyword];
    return value === undefined
      ? []
      : (childrenOf(keyword, value) ?? []).map(([name, child]) => ({
          pointer: pointerTo(name === null ? [keyword] : [keyword, name], at),
          schema: child,
          inPlace: IN_PLACE.has(keyword),
        }));
  });
}

/**
 * Returns a keyword's value with each schema in it changed; undefined where the value has not the
 * shape that the keyword needs.
 */
export function withSubschemas(
  keyword: string,
  value: JsonValue,
  change: (schema: JsonValue) => JsonValue,
): JsonValue | undefined {
  const children = childrenOf(keyword, value)?.map(
    ([name, child]) => [name ?? "", change(child)] as const,
  );
  switch (children === undefined ? null : childKind(keyword)) {
    case "one":
      return children?.[0]?.[1];
    case "list":
      return children?.map(([, child]) => child);
    case "named":
      return Object.fromEntries(children ?? []);
    default:
      return undefined;
  }
}

/** The schemas in a keyword's value by name or index; null where the value has the wrong shape. */
function childrenOf(
  keyword: string,
  value: JsonValue,
): (readonly [name: string | null, schema: JsonValue])[] | null {
  switch (childKind(keyword)) {
    case "one":
      return [[null, value]];
    case "list":
      return Array.isArray(value)
        ? value.map((child: JsonValue, index) => [`${index}`, child] as const)
        : null;
    case "named":
      return isJsonObject(value) ? Object.entries(value) : null;
    default:
      return null;
  }
}
