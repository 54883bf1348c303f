/**
 * Finds defects of a tenant's tool definition, as far as they can be found before the first call.
 */
import type { SchemaDefect } from "../../../run/spec/catalogue.ts";
import { headerDefect, SECRET_REFERENCE } from "../../../run/spec/header-defect.ts";
import type { JsonObject } from "../../../run/value/json.ts";
import {
  MAX_DEFINITION_CHARS,
  type CodeDefinition,
  type HttpDefinition,
  type ToolDefinition,
} from "../../../run/spec/tool-definition.ts";
import type { HostRules } from "../../fetch/host-rules.ts";
import { sourceDefect } from "../code/code-tool.ts";
import { schemaDefect } from "../schema/schema-defect.ts";
import { referenceDefect } from "../schema/schema-refs.ts";
import { namesSecret } from "./secrets.ts";

/** The only supported dialect of schemas. */
const DIALECT = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/** Reserved headers, which the service sets. */
const OURS = /^(?:idempotency-key|x-opspawn-.*)$/i;

/**
 * Returns all defects of a definition; empty if the tool can be called. Compiles code, but does not
 * run it.
 * @param runsCode whether this deployment has isolates
 */
export async function definitionDefects(
  definition: ToolDefinition,
  rules: HostRules,
  runsCode: boolean,
): Promise<SchemaDefect[]> {
  const size = JSON.stringify(definition).length;
  if (size > MAX_DEFINITION_CHARS) {
    return [{ pointer: "", detail: `has more than ${MAX_DEFINITION_CHARS} characters of JSON` }];
  }
  const { input_schema, output_schema } = definition;
  return [
    ...schemaDefects("/input_schema", input_schema),
    ...(input_schema["type"] === "object"
      ? []
      : [{ pointer: "/input_schema/type", detail: 'must be "object": arguments have names' }]),
    ...(output_schema === null ? [] : schemaDefects("/output_schema", output_schema)),
    ...(definition.kind === "http"
      ? httpDefects(definition, rules)
      : await codeDefects(definition, runsCode)),
  ];
}

function httpDefects(definition: HttpDefinition, rules: HostRules): SchemaDefect[] {
  return [
    ...urlDefects(definition, rules),
    ...Object.entries(definition.http.headers).flatMap(([name, value]) => {
      const detail = headerDefect(name, value, SECRET_REFERENCE, OURS);
      return detail === null ? [] : [{ pointer: `/http/headers/${name}`, detail }];
    }),
  ];
}

async function codeDefects({ code }: CodeDefinition, runsCode: boolean): Promise<SchemaDefect[]> {
  if (!runsCode) {
    return [{ pointer: "/kind", detail: "needs isolates, and this deployment has none" }];
  }
  const detail = await sourceDefect(code.source);
  return detail === null ? [] : [{ pointer: "/code/source", detail }];
}

function schemaDefects(at: string, schema: JsonObject): SchemaDefect[] {
  const { $schema = "https://json-schema.org/draft/2020-12/schema" } = schema;
  if (typeof $schema !== "string" || !DIALECT.test($schema)) {
    return [{ pointer: `${at}/$schema`, detail: "must be JSON Schema 2020-12" }];
  }
  const defect = referenceDefect(schema) ?? schemaDefect(schema);
  return defect === null ? [] : [{ ...defect, pointer: `${at}${defect.pointer}` }];
}

function urlDefects({ http }: HttpDefinition, rules: HostRules): SchemaDefect[] {
  const pointer = "/http/url";
  if (namesSecret(http.url)) {
    return [{ pointer, detail: "cannot hold a secret: addresses are logged everywhere" }];
  }
  const detail = rules.defect(http.url);
  return detail === null ? [] : [{ pointer, detail }];
}
