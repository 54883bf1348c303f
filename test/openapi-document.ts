/** The parts of the OpenAPI document that tests read, and the schemas in it made checkable. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";

export type Schema = Readonly<Record<string, unknown>>;

export interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, Media>>;
  };
  readonly responses: Readonly<Record<string, Answer>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly headers: Readonly<Record<string, { readonly required?: boolean }>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  };
}

/** An operation of the document and where it is. */
export interface Route {
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** What references within the document are resolved against; nothing is there. */
const BASE = "https://opspawn.invalid/openapi";

/** The document in the repository, which `npm run check` holds against the one that is served. */
export function writtenDocument(): OpenApiDocument {
  const file = resolve(import.meta.dirname, "../docs/openapi.json");
  return JSON.parse(readFileSync(file, "utf8")) as OpenApiDocument;
}

export function routesOf(document: OpenApiDocument): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/** The scope that an operation needs, or null. */
export function scopeOf({ operation }: Route): string | null {
  return operation.security?.find((one) => "bearer" in one)?.["bearer"]?.[0] ?? null;
}

/** Whether an operation is for callers with a key. */
export function needsKey({ operation }: Route): boolean {
  return (operation.security ?? []).length > 0;
}

/** What a schema with `$ref` stands for. */
export function resolved(document: OpenApiDocument, schema: Schema): Schema {
  const ref = schema["$ref"];
  const name = typeof ref === "string" ? ref.split("/").at(-1) : undefined;
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}

/** An example of a body or an answer: its own, or its schema's. */
export function exampleOf(document: OpenApiDocument, media: Media): unknown {
  return media.example ?? resolved(document, media.schema ?? {})["example"];
}

/**
 * Compiles schemas of a document, each once.
 * @param closed whether an object may hold nothing but what is described: the service's own answers
 *   hold to that, clients must not
 */
export function validators(
  document: OpenApiDocument,
  { closed }: { closed: boolean },
): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  ajvFormats(ajv);
  const components = closed ? closedSchema(document.components) : document.components;
  ajv.addSchema({ $id: BASE, components });
  const known = new Map<string, ValidateFunction>();
  const knownObjects = new WeakMap<Schema, ValidateFunction>();
  const compiled = (schema: Schema): ValidateFunction => {
    const text = JSON.stringify(closed ? closedSchema(schema) : schema);
    const found = known.get(text);
    if (found !== undefined) {
      return found;
    }
    const absolute = text.replaceAll('"#/components/', `"${BASE}#/components/`);
    const made = ajv.compile(JSON.parse(absolute) as Schema);
    known.set(text, made);
    return made;
  };
  return (schema) => {
    const validate = knownObjects.get(schema) ?? compiled(schema);
    knownObjects.set(schema, validate);
    return validate;
  };
}

/** A copy in which objects with described members have no others. */
function closedSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(closedSchema);
  }
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closedSchema(value)]),
  );
  const isClosable = "properties" in copy && !("additionalProperties" in copy);
  return isClosable ? { ...copy, additionalProperties: false } : copy;
}
