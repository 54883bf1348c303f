/**
 * Rewrites of JSON Schemas that keep their meaning for a reader: merged parts, and references that
 * lead somewhere. Servers accept less than the standard. Values are checked by the tool's own
 * schema, so a rewrite may allow more than the original.
 */
import { isJsonObject, ownValue, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import {
  childKind,
  isKeyword,
  subschemasOf,
  withSubschemas,
} from "../../run/value/schema-keywords.ts";

/** Maximum schemas of one property that a merge keeps, so that its size stays bounded. */
const MAX_JOINED = 8;
const COMBINED = new Set(["allOf", "anyOf", "oneOf"]);
const DEFINITIONS = new Set(["$defs", "definitions", "$schema", "$id", "$anchor"]);
const ANNOTATIONS = new Set(["title", "description", "default", "examples", "deprecated"]);

/** Returns the place that a reference (`#`, `#/…`, `#anchor`) leads to; undefined if none. */
export function targetOf(root: JsonObject, ref: string): JsonValue | undefined {
  if (ref !== "#" && !ref.startsWith("#/")) {
    return anchored(root, ref.slice(1));
  }
  let at: JsonValue | undefined = root;
  for (const name of namesIn(ref)) {
    at = Array.isArray(at)
      ? (at as readonly JsonValue[])[Number(name)]
      : isJsonObject(at)
        ? ownValue(at, name)
        : undefined;
  }
  return at;
}

function unescaped(name: string): string {
  return name.replaceAll("~1", "/").replaceAll("~0", "~");
}

function namesIn(ref: string): string[] {
  try {
    return decodeURIComponent(ref).split("/").slice(1).map(unescaped);
  } catch {
    return ref.split("/").slice(1).map(unescaped);
  }
}

function anchored(root: JsonObject, anchor: string): JsonObject | undefined {
  let found: JsonObject | undefined;
  const look = (schema: JsonValue): JsonValue => {
    if (isJsonObject(schema) && found === undefined) {
      found = schema["$anchor"] === anchor ? schema : undefined;
      eachChild(schema, look);
    }
    return schema;
  };
  look(root);
  return found;
}

function eachChild(schema: JsonObject, look: (child: JsonValue) => JsonValue): void {
  for (const [key, value] of Object.entries(schema)) {
    withSubschemas(key, value, look);
  }
}

/** Merges the parts of schemas that apply to the same value. One instance serves one root schema. */
export class Merger {
  readonly #root: JsonObject;
  /** By reference and extent: each target is merged once, so no schema takes exponential time. */
  readonly #targets = new Map<string, JsonObject>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /**
   * Returns the schema without `allOf` and without a `$ref` of its own: the properties that they
   * name are its properties.
   */
  withoutAll(schema: JsonObject): JsonObject {
    return this.#merged(schema, false);
  }

  /** Returns the schema without references and combinations of its own: one object's properties. */
  flat(schema: JsonObject): JsonObject {
    return this.#merged(schema, true);
  }

  /** @param isFlat whether alternatives are merged too */
  #merged(schema: JsonObject, isFlat: boolean): JsonObject {
    const { $ref, ...rest } = schema;
    const own = Object.fromEntries(
      Object.entries(rest).filter(([key]) => !(isFlat ? COMBINED.has(key) : key === "allOf")),
    );
    const parts = partsOf(schema, "allOf").map((part) => this.#merged(part, isFlat));
    const choices = isFlat
      ? ["anyOf", "oneOf"].flatMap((key) => {
          const branches = partsOf(schema, key).map((part) => this.#merged(part, true));
          return branches.length === 0 ? [] : [either(branches)];
        })
      : [];
    const target = typeof $ref === "string" ? [this.#target($ref, isFlat)] : [];
    return [...target, ...parts, ...choices].reduce(both, own);
  }

  #target(ref: string, isFlat: boolean): JsonObject {
    const key = `${isFlat} ${ref}`;
    const known = this.#targets.get(key);
    if (known !== undefined) {
      return known;
    }
    // A circle adds nothing: it would be the same schema once more.
    this.#targets.set(key, {});
    const target = targetOf(this.#root, ref);
    const merged = isJsonObject(target) ? this.#merged(target, isFlat) : {};
    this.#targets.set(key, merged);
    return merged;
  }
}

/** Returns the reference that a schema consists of, apart from annotations; null if it has rules. */
export function onlyReference(schema: JsonObject): string | null {
  const rules = Object.keys(schema).filter((key) => !ANNOTATIONS.has(key));
  if (rules.length !== 1) {
    return null;
  }
  const [part, ...others] = partsOf(schema, "allOf");
  const { $ref } = schema;
  return typeof $ref === "string"
    ? $ref
    : part !== undefined && others.length === 0
      ? onlyReference(part)
      : null;
}

/** Returns whether a schema takes rules from a reference. */
export function takesFromReference(schema: JsonObject): boolean {
  return "$ref" in schema || partsOf(schema, "allOf").some(takesFromReference);
}

function partsOf(schema: JsonObject, key: string): JsonObject[] {
  const parts = schema[key];
  return Array.isArray(parts) ? parts.filter(isJsonObject) : [];
}

/** Returns a schema with the rules of both. Of two values of a keyword, the first stays. */
function both(a: JsonObject, b: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    if (key === "properties" && isJsonObject(value)) {
      result[key] = joined("allOf", [a[key], value]);
    } else if (key === "required" && Array.isArray(value)) {
      result[key] = [...new Set([...namesOf(a), ...namesOf(b)])];
    } else if (!(key in a) && key !== "additionalProperties" && !DEFINITIONS.has(key)) {
      result[key] = value;
    }
  }
  return result;
}

/** Returns a schema that accepts the objects of every branch. */
function either(branches: readonly JsonObject[]): JsonObject {
  const [first, ...others] = branches.map(namesOf);
  const required = (first ?? []).filter((name) => others.every((names) => names.includes(name)));
  return {
    properties: joined(
      "anyOf",
      branches.map((branch) => branch["properties"]),
    ),
    ...(required.length > 0 && { required }),
  };
}

/** Returns the names that a schema requires. */
export function namesOf({ required }: JsonObject): string[] {
  return Array.isArray(required)
    ? required.filter((name): name is string => typeof name === "string")
    : [];
}

/** Joins properties by name. Different schemas of one name become a combination of them. */
function joined(how: "allOf" | "anyOf", lists: readonly (JsonValue | undefined)[]): JsonObject {
  const byName = new Map<string, Map<string, JsonValue>>();
  for (const properties of lists) {
    for (const [name, schema] of isJsonObject(properties) ? Object.entries(properties) : []) {
      const known = byName.get(name) ?? new Map<string, JsonValue>();
      byName.set(name, known);
      const isList = isJsonObject(schema) && Object.keys(schema).join() === how;
      for (const one of isList ? partsOf(schema, how) : [schema]) {
        if (known.size < MAX_JOINED) {
          known.set(JSON.stringify(one), one);
        }
      }
    }
  }
  return Object.fromEntries(
    [...byName].map(([name, schemas]) => {
      const [first = {}, ...others] = schemas.values();
      return [name, others.length === 0 ? first : { [how]: [first, ...others] }];
    }),
  );
}

/**
 * Returns whether a reference goes through keywords of JSON Schema only. Providers reject a
 * reference into a container of another name, such as `#/components/schemas/Dog`.
 */
function isSchemaPlace(ref: string): boolean {
  const names = namesIn(ref);
  for (let at = 0; at < names.length; at += 1) {
    const kind = childKind(names[at] ?? "");
    if (kind === null) {
      return false;
    }
    at += kind === "one" ? 0 : 1;
  }
  return true;
}

/**
 * Returns a rewritten schema whose references all lead to a schema in it: targets that the rewrite
 * left out, and those outside of the keywords of JSON Schema, are put under `$defs`, without their container.
 * @param find returns the original target of a reference
 * @param rewrite rewrites a target in the same way
 */
export function withTargets(
  rewritten: JsonObject,
  find: (ref: string) => JsonValue | undefined,
  rewrite: (schema: JsonObject) => JsonObject,
): JsonObject {
  const own = isJsonObject(rewritten["$defs"]) ? rewritten["$defs"] : {};
  const names = new Map<string, string>();
  const left: string[] = [];
  const repaired = (schema: JsonValue): JsonValue => {
    if (!isJsonObject(schema)) {
      return schema;
    }
    return Object.fromEntries(
      Object.entries(schema).flatMap(([key, value]): (readonly [string, JsonValue])[] => {
        if (key !== "$ref" || typeof value !== "string") {
          return [[key, withSubschemas(key, value, repaired) ?? value]];
        }
        if (isSchemaPlace(value) && targetOf(rewritten, value) !== undefined) {
          return [[key, value]];
        }
        if (!isJsonObject(find(value))) {
          return [];
        }
        const name = names.get(value) ?? freeName(value, [...Object.keys(own), ...names.values()]);
        if (!names.has(value)) {
          names.set(value, name);
          left.push(value);
        }
        return [[key, `#/$defs/${name}`]];
      }),
    );
  };
  const result = repaired(rewritten);
  const added: Record<string, JsonValue> = {};
  for (let ref = left.shift(); ref !== undefined; ref = left.shift()) {
    const target = find(ref);
    added[names.get(ref) ?? ""] = repaired(isJsonObject(target) ? rewrite(target) : {});
  }
  if (!isJsonObject(result) || names.size === 0) {
    return isJsonObject(result) ? result : rewritten;
  }
  const defs = isJsonObject(result["$defs"]) ? result["$defs"] : {};
  const containers = new Set([...names.keys()].map((ref) => namesIn(ref)[0] ?? ""));
  const kept = Object.entries(result).filter(([key]) => isKeyword(key) || !containers.has(key));
  return { ...Object.fromEntries(kept), $defs: { ...defs, ...added } };
}

/** Returns whether a schema contains itself, directly or through references. */
export function isRecursive(root: JsonObject): boolean {
  const open = new Set(["#"]);
  const done = new Set<string>();
  const visits = (schema: JsonValue): boolean => {
    if (!isJsonObject(schema)) {
      return false;
    }
    const { $ref } = schema;
    if (typeof $ref === "string" && !done.has($ref)) {
      if (open.has($ref)) {
        return true;
      }
      open.add($ref);
      if (visits(targetOf(root, $ref) ?? null)) {
        return true;
      }
      open.delete($ref);
      done.add($ref);
    }
    return subschemasOf(schema, "").some((child) => visits(child.schema));
  };
  return visits(root);
}

function freeName(ref: string, taken: readonly string[]): string {
  const last = (namesIn(ref).at(-1) ?? ref).replaceAll(/[^\w.-]/g, "_").replace(/^_+/, "");
  const base = last === "" ? "part" : last;
  let name = base;
  for (let n = 2; taken.includes(name); n += 1) {
    name = `${base}_${n}`;
  }
  return name;
}
