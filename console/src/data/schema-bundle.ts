/** Pure: a schema of the API's document with all that it refers to, and nothing else. */

type Json = Readonly<Record<string, unknown>>;

/** Parts of names that are written in another way. */
const UNITS: Readonly<Record<string, string>> = {
  s: "in seconds",
  ms: "in milliseconds",
  usd: "in dollars",
  url: "URL",
  mcp: "MCP",
  oauth: "OAuth",
  id: "id",
};

/** Returns a schema by its name, complete in itself; null if the document has none. */
export function bundled(document: unknown, name: string): Json | null {
  const schemas = recordOf(recordOf(recordOf(document)["components"])["schemas"]);
  const found = new Map<string, unknown>();
  const wanted = [name];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    if (!found.has(next) && Object.hasOwn(schemas, next)) {
      found.set(next, titled(schemas[next]));
      wanted.push(...namesIn(schemas[next]));
    }
  }
  const root = found.get(name);
  return root === undefined
    ? null
    : { ...recordOf(root), components: { schemas: Object.fromEntries(found) } };
}

function namesIn(schema: unknown): string[] {
  const names = JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(?<name>[^"]+)"/g);
  return Array.from(names, ({ groups }) => groups?.["name"] ?? "");
}

/** A schema whose fields have titles: their names as words. */
function titled(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(titled);
  }
  const given = recordOf(schema);
  if (Object.keys(given).length === 0) {
    return schema;
  }
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      name === "properties" ? fieldsOf(value) : isInner(name) ? titled(value) : value,
    ]),
  );
}

function fieldsOf(properties: unknown): Json {
  return Object.fromEntries(
    Object.entries(recordOf(properties)).map(([name, field]) => [
      name,
      { title: wordsOf(name), ...recordOf(titled(field)) },
    ]),
  );
}

/** Keywords that hold schemas. */
function isInner(keyword: string): boolean {
  return ["oneOf", "anyOf", "allOf", "items"].includes(keyword);
}

function wordsOf(name: string): string {
  const words = name
    .split("_")
    .map((word) => UNITS[word] ?? word)
    .join(" ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function recordOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}
