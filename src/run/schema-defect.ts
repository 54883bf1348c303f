/** Whether a JSON Schema (2020-12) from outside can be applied at all, before anything relies on it. */
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

const TYPES = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);
/** Keywords whose value is data, not a schema. */
const DATA = new Set(["const", "enum", "default", "examples"]);

/** What is wrong with a schema, or null. References to other documents are never fetched. */
export function schemaDefect(schema: JsonObject): string | null {
  const stack: JsonValue[] = [schema];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (Array.isArray(node)) {
      stack.push(...node);
    } else if (isJsonObject(node)) {
      const defect = refDefect(schema, node) ?? typeDefect(node) ?? patternDefect(node);
      if (defect !== null) {
        return defect;
      }
      for (const [keyword, value] of Object.entries(node)) {
        if (!DATA.has(keyword)) {
          stack.push(value);
        }
      }
    }
  }
  return null;
}

function refDefect(root: JsonObject, { $ref }: JsonObject): string | null {
  if ($ref === undefined || isJsonObject($ref)) {
    return null;
  }
  if (typeof $ref !== "string" || !$ref.startsWith("#")) {
    return `refers to another document (${JSON.stringify($ref).slice(0, 100)}), which is never fetched`;
  }
  return $ref.startsWith("#/") && at(root, $ref) === undefined
    ? `refers to ${$ref.slice(0, 100)}, which is not there`
    : null;
}

function at(root: JsonObject, pointer: string): JsonValue | undefined {
  let node: JsonValue | undefined = root;
  for (const part of pointer.slice(2).split("/")) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    node = Array.isArray(node)
      ? (node as readonly JsonValue[])[Number(name)]
      : isJsonObject(node) && Object.hasOwn(node, name)
        ? node[name]
        : undefined;
  }
  return node;
}

function typeDefect({ type }: JsonObject): string | null {
  const types = Array.isArray(type) ? type : [type];
  const wrong = types.find(
    (one: JsonValue | undefined) => typeof one === "string" && !TYPES.has(one),
  );
  return wrong === undefined ? null : `has the unknown type ${JSON.stringify(wrong)}`;
}

function patternDefect({ pattern }: JsonObject): string | null {
  if (typeof pattern !== "string") {
    return null;
  }
  try {
    void new RegExp(pattern, "u");
    return null;
  } catch {
    return `has a pattern that is no regular expression: ${pattern.slice(0, 100)}`;
  }
}
