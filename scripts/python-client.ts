/**
 * Writes the operations and types of the Python client from `docs/openapi.json`:
 * `npm run sdk:types`. With `--check` it writes nothing, and fails if the file is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Media {
  readonly schema?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, Media>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Media>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const FILE = resolve(import.meta.dirname, "../clients/python/opspawn/_generated.py");
const DOCUMENT = resolve(import.meta.dirname, "../docs/openapi.json");
/**
 * Operations that are no calls of a client (a browser, a provider or a protocol makes them), or that
 * return bytes.
 */
const OMITTED = new Set(["mcp", "finishMcpAuthorization", "callHook", "downloadAttachment"]);
/** Operations with filters `metadata.<key>=<value>`, which an OpenAPI document cannot list. */
const FILTERED_BY_METADATA = new Set(["listTasks"]);
const METADATA: Parameter = { name: "metadata", in: "query", schema: { type: "object" } };
const METHODS = ["get", "post", "put", "patch", "delete"];
/** Python's keywords that occur as names of parameters. */
const KEYWORDS = new Set(["from", "for", "in", "is", "class", "import", "global"]);

/** Returns the text of `_generated.py` for a document. */
function pythonClient(document: Document): string {
  const types = Object.entries(document.components.schemas).map(([name, schema]) =>
    typeOf(name, schema),
  );
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation === undefined || OMITTED.has(operation.operationId)
        ? []
        : [methodsOf(document, method.toUpperCase(), path, operation)];
    }),
  );
  return `"""The operations and types of the HTTP API. Generated from docs/openapi.json: do not edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, Optional, TypedDict, Union
from urllib.parse import quote

${types.join("\n\n")}


def _quote(part: str) -> str:
    return quote(part, safe="")


class Operations:
    """One method for each operation of the API."""

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
        repeatable: bool = False,
        key: str | None = None,
    ) -> Any:
        raise NotImplementedError

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        raise NotImplementedError

${operations.join("\n\n")}
`;
}

function typeOf(name: string, schema: Schema): string {
  if (schema.properties === undefined) {
    return `${name} = ${typeText(schema)}`;
  }
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties).map(([field, property]) => {
    const type = typeText(property);
    return `        ${JSON.stringify(field)}: ${required.has(field) ? type : `NotRequired[${type}]`},`;
  });
  return `${name} = TypedDict(\n    ${JSON.stringify(name)},\n    {\n${fields.join("\n")}\n    },\n)`;
}

/** Returns the Python type of a schema. Named types are quoted, since they may follow later. */
function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) {
    return `"${nameOf(schema.$ref)}"`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return union(choices.map(typeText));
  }
  if (schema.const !== undefined) {
    return `Literal[${literal(schema.const)}]`;
  }
  if (schema.enum !== undefined) {
    return `Literal[${schema.enum.map(literal).join(", ")}]`;
  }
  const { type } = schema;
  if (typeof type === "object") {
    return union(type.map((one) => typeText({ ...schema, type: one })));
  }
  switch (type) {
    case "string":
      return "str";
    case "integer":
      return "int";
    case "number":
      return "float";
    case "boolean":
      return "bool";
    case "null":
      return "None";
    case "array":
      return `list[${typeText(schema.items ?? {})}]`;
    case "object":
      return "dict[str, Any]";
    default:
      return "Any";
  }
}

function union(types: readonly string[]): string {
  const others = [...new Set(types)].filter((type) => type !== "None");
  const [only] = others;
  const whole = others.length === 1 && only !== undefined ? only : `Union[${others.join(", ")}]`;
  return others.length < types.length && types.includes("None") ? `Optional[${whole}]` : whole;
}

function literal(value: string | number | boolean | null): string {
  return value === null
    ? "None"
    : typeof value === "boolean"
      ? value
        ? "True"
        : "False"
      : JSON.stringify(value);
}

function methodsOf(document: Document, method: string, path: string, operation: Operation): string {
  const { parameters = [], requestBody } = operation;
  const name = snake(operation.operationId);
  const inPath = parameters.filter((one) => one.in === "path");
  const inQuery = [
    ...parameters.filter((one) => one.in === "query" && one.name !== "ticket"),
    ...(FILTERED_BY_METADATA.has(operation.operationId) ? [METADATA] : []),
  ];
  const has = (header: string) => parameters.some((one) => one.name === header);
  const bodyType = schemaIn(requestBody?.content);
  const isFile = requestBody !== undefined && bodyType === undefined;
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith("2"));
  const result = schemaIn(answer?.[1].content);
  const body =
    requestBody === undefined
      ? []
      : isFile
        ? ["body: bytes"]
        : [
            `body: ${quoted(bodyType ?? {})}${requestBody.required === true ? "" : " | None = None"}`,
          ];
  const options = [
    ...inQuery.map((one) => `${argument(one.name)}: ${quoted(one.schema)} | None = None`),
    ...(isFile ? ['media_type: str = "text/plain"'] : []),
    ...(has("idempotency-key") ? ["idempotency_key: str | None = None"] : []),
    ...(has("prefer") ? ["wait: int | None = None"] : []),
    ...(has("if-match") ? ["if_match: str | None = None"] : []),
  ];
  const positional = ["self", ...inPath.map((one) => `${argument(one.name)}: str`), ...body];
  const all = options.length === 0 ? positional : [...positional, "*", ...options];
  const headers = [
    ...(has("prefer") ? ['"Prefer": None if wait is None else f"wait={wait}"'] : []),
    ...(has("if-match") ? ['"If-Match": if_match'] : []),
    ...(isFile ? ['"Content-Type": media_type'] : []),
  ];
  const query = `{${inQuery.map((one) => `"${one.name}": ${argument(one.name)}`).join(", ")}}`;
  const address =
    inPath.length === 0
      ? `"${path}"`
      : `f"${path.replaceAll(/\{(\w+)\}/g, (_, one: string) => `{_quote(${argument(one)})}`)}"`;
  const call = [
    `"${method}"`,
    address,
    ...(inQuery.length === 0 ? [] : [`query=${query}`]),
    ...(requestBody === undefined ? [] : ["body=body"]),
    ...(headers.length === 0 ? [] : [`headers={${headers.join(", ")}}`]),
    ...(has("idempotency-key") ? ['key=idempotency_key or ""'] : []),
    ...(["GET", "PUT", "DELETE"].includes(method) ? ["repeatable=True"] : []),
  ];
  const text = [
    signature(name, all, result === undefined ? "None" : quoted(result)),
    docstring(operation),
    `        return self._call(\n            ${call.join(",\n            ")},\n        )`,
  ].join("\n");
  return isPaged(document, operation, result)
    ? `${text}\n\n${iterator(document, path, operation, inPath, inQuery, result)}`
    : text;
}

/** Returns the method that iterates over all pages of a list. */
function iterator(
  document: Document,
  path: string,
  operation: Operation,
  inPath: readonly Parameter[],
  inQuery: readonly Parameter[],
  result: Schema | undefined,
): string {
  const name = snake(operation.operationId).replace(/^(list|get)_/, "iterate_");
  const filters = inQuery.filter((one) => one.name !== "cursor");
  const options = filters.map(
    (one) => `${argument(one.name)}: ${quoted(one.schema)} | None = None`,
  );
  const all = ["self", ...inPath.map((one) => `${argument(one.name)}: str`), "*", ...options];
  const item = resolved(document, result).properties?.["data"]?.items ?? {};
  const query = `{${filters.map((one) => `"${one.name}": ${argument(one.name)}`).join(", ")}}`;
  const address =
    inPath.length === 0
      ? `"${path}"`
      : `f"${path.replaceAll(/\{(\w+)\}/g, (_, one: string) => `{_quote(${argument(one)})}`)}"`;
  return [
    signature(name, all, `Iterator[${quoted(item)}]`),
    `        """${operation.summary ?? name}: all pages, one item at a time."""`,
    `        return self._pages(${address}, ${query})`,
  ].join("\n");
}

function isPaged(
  document: Document,
  { parameters = [] }: Operation,
  result: Schema | undefined,
): boolean {
  const { properties = {} } = resolved(document, result);
  return (
    parameters.some((one) => one.in === "query" && one.name === "cursor") &&
    "data" in properties &&
    "next_cursor" in properties
  );
}

function signature(name: string, parameters: readonly string[], result: string): string {
  return `    def ${name}(\n        ${parameters.join(",\n        ")},\n    ) -> ${result}:`;
}

function docstring({ summary = "", description }: Operation): string {
  const text = description === undefined ? summary : `${summary}.\n\n        ${description}`;
  return `        """${text.replaceAll("\\", "\\\\").replaceAll('"""', "'''")}${description === undefined ? "." : ""}"""`;
}

function schemaIn(content: Readonly<Record<string, Media>> | undefined): Schema | undefined {
  return content?.["application/json"]?.schema;
}

function resolved({ components }: Document, schema: Schema = {}): Schema {
  return schema.$ref === undefined ? schema : (components.schemas[nameOf(schema.$ref)] ?? {});
}

/** Annotations are not evaluated, so names need no quotes in them. */
function quoted(schema: Schema): string {
  return typeText(schema).replaceAll(
    '"',
    schema.enum === undefined && schema.$ref !== undefined ? "" : '"',
  );
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

function argument(name: string): string {
  const safe = name.replaceAll(/\W/g, "_");
  return KEYWORDS.has(safe) ? `${safe}_` : safe;
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const text = pythonClient(JSON.parse(readFileSync(DOCUMENT, "utf8")) as Document);
if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("clients/python/opspawn/_generated.py is stale: run npm run sdk:types.");
  process.exitCode = 1;
}
