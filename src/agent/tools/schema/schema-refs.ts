/**
 * Checks the references of a JSON Schema: they must have targets in the same schema, and must not
 * be circular without a step into the value. Recursive references that do step (such as a tree) are
 * valid, because the depth of values is bounded.
 */
import type { SchemaDefect } from "../../../run/spec/catalogue.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import type { JsonPointer } from "../../../run/value/json-pointer.ts";
import { subschemasOf } from "../../../run/value/schema-keywords.ts";

/** Maximum number of subschemas of one schema. */
const MAX_SUBSCHEMAS = 2000;

interface Place {
  readonly schema: JsonObject;
  /** Pointers of the schemas that are applied to the same value. */
  readonly inPlace: string[];
}

/** Returns why the references of a schema cannot be followed, and where; null if they can. */
export function referenceDefect(root: JsonObject): SchemaDefect | null {
  const places = new Map<string, Place>();
  const anchors = new Map<string, string>();
  const left: { readonly at: JsonPointer; readonly schema: JsonValue }[] = [
    { at: "", schema: root },
  ];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { at, schema } = next;
    if (!isJsonObject(schema)) {
      continue;
    }
    if (places.size >= MAX_SUBSCHEMAS) {
      return { pointer: "", detail: `has more than ${MAX_SUBSCHEMAS} subschemas` };
    }
    // The validator treats either as a base URI for other references.
    const base = ["$id", "id"].find((key) => typeof schema[key] === "string");
    if (base !== undefined && at !== "") {
      return { pointer: `${at}/${base}`, detail: "is for the outermost schema only" };
    }
    const anchor = schema["$anchor"];
    if (typeof anchor === "string") {
      anchors.set(anchor, at);
    }
    const children = subschemasOf(schema, at);
    const inPlace = children.filter((child) => child.inPlace).map(({ pointer }) => pointer);
    places.set(at, { schema, inPlace });
    left.push(...children.map((child) => ({ at: child.pointer, schema: child.schema })));
  }
  for (const [at, { schema, inPlace }] of places) {
    const ref = schema["$ref"];
    if (typeof ref === "string") {
      const target =
        ref.startsWith("#/") || ref === "#" ? pointerOf(ref) : anchors.get(ref.slice(1));
      if (target === undefined || !places.has(target)) {
        return {
          pointer: `${at}/$ref`,
          detail: `leads to no place of this schema: ${ref.slice(0, 100)}`,
        };
      }
      inPlace.push(target);
    }
  }
  const circle = circular(places);
  return circle === null
    ? null
    : { pointer: circle, detail: "refers to itself without a step into the value" };
}

/** Returns the pointer of a circular schema, or null. */
function circular(places: ReadonlyMap<string, Place>): string | null {
  const state = new Map<string, "open" | "done">();
  const visit = (at: string): string | null => {
    if (state.has(at)) {
      return state.get(at) === "open" ? at : null;
    }
    state.set(at, "open");
    for (const next of places.get(at)?.inPlace ?? []) {
      const circle = visit(next);
      if (circle !== null) {
        return circle;
      }
    }
    state.set(at, "done");
    return null;
  };
  for (const at of places.keys()) {
    const circle = visit(at);
    if (circle !== null) {
      return circle;
    }
  }
  return null;
}

/** Returns the JSON pointer of a reference, with its `~` escapes; undefined if it is malformed. */
function pointerOf(ref: string): string | undefined {
  try {
    return decodeURIComponent(ref.slice(1));
  } catch {
    return undefined;
  }
}
