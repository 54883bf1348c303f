/** JSON of tools. */
import type { CatalogueTool } from "../../run/spec/catalogue.ts";
import type { ToolRow } from "../../store/tools.ts";
import type { ToolJson } from "./schemas.ts";

/** Returns the JSON of a built-in tool. */
export function builtInJson({ output_schema, ...tool }: CatalogueTool): ToolJson {
  return { ...tool, output_schema, kind: "built_in", version: null, enabled: true };
}

/** Returns the JSON of a tenant's tool. It contains only the names of secrets. */
export function toolJson({ enabled, definition, created_at, updated_at }: ToolRow): ToolJson {
  const { name, version, kind, description, input_schema, output_schema } = definition;
  const { effect, approval, timeout_ms } = definition;
  return {
    name,
    kind,
    version,
    enabled,
    description,
    input_schema,
    output_schema,
    effect,
    approval,
    untrusted: definition.kind === "http" ? "web" : null,
    timeout_ms,
    ...(definition.kind === "http" ? { http: definition.http } : { code: definition.code }),
    created_at,
    updated_at,
  };
}
