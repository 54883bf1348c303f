/** JSON of MCP servers. It contains only the names of secrets. */
import type { CatalogueHead, McpTool } from "../../run/spec/mcp-catalogue.ts";
import type { McpServerState } from "../../store/mcp/catalogues.ts";
import type { HealthJson, ServerJson, ToolPageJson } from "./schemas.ts";
import type { KnownServer } from "./resolve.ts";
import { defined } from "../../run/value/defined.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";

/**
 * Returns the JSON of a server with its health.
 * @param key current key of the catalogue; a stored catalogue with another key is outdated
 */
export function serverJson(
  { definition, enabled, row }: KnownServer,
  state: McpServerState | null,
  key: string,
): ServerJson {
  const { name, source, url, headers, timeout_ms, effects } = definition;
  const { trust_annotations, approval, oauth } = definition;
  return {
    name,
    source,
    version: row?.version ?? null,
    enabled,
    url,
    headers,
    timeout_ms,
    effects,
    trust_annotations,
    approval,
    ...defined({ oauth: oauthJson(oauth) }),
    health: healthJson(state, key),
    ...(row === null ? {} : { created_at: row.created_at, updated_at: row.updated_at }),
  };
}

function oauthJson(oauth: McpServerDefinition["oauth"]): ServerJson["oauth"] {
  if (oauth === undefined) {
    return undefined;
  }
  const { client_id, client_secret, scope, grant } = oauth;
  return { client_id, client_secret, scope, grant };
}

function healthJson(state: McpServerState | null, key: string): HealthJson {
  const { catalogue, health } = state ?? { catalogue: null, health: null };
  const current = catalogue?.key === key ? catalogue : null;
  if (health === null || (catalogue !== null && current === null)) {
    return {
      status: "unknown",
      code: null,
      message: null,
      checked_at: null,
      tools: null,
      problems: 0,
      expires_at: null,
    };
  }
  return {
    ...health,
    tools: current?.tool_count ?? null,
    problems: current?.problem_count ?? 0,
    expires_at: current?.expires_at ?? null,
  };
}

/** Returns the JSON of a page of a server's tools. @param tools tools from position `start` */
export function toolPageJson(
  server: string,
  head: CatalogueHead | null,
  start: number,
  tools: readonly McpTool[],
): ToolPageJson {
  const total = head?.tool_count ?? 0;
  const next = start + tools.length;
  return {
    data: tools.map(({ name, description, inputSchema, outputSchema, annotations }) => ({
      name,
      call_as: `${server}.${name}`,
      description,
      input_schema: inputSchema,
      output_schema: outputSchema ?? null,
      annotations: annotations === undefined ? null : { ...annotations },
    })),
    total,
    next_cursor: next < total && tools.length > 0 ? String(next) : null,
    fetched_at: head?.fetched_at ?? null,
    expires_at: head?.expires_at ?? null,
    instructions: head?.instructions ?? null,
    problems: [...(head?.problems ?? [])],
    problem_count: head?.problem_count ?? 0,
  };
}
