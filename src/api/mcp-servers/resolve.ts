/** Which MCP servers there are for a tenant, and which of them a task may use. */
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { MAX_MCP_SERVERS } from "../../run/spec/mcp-server.ts";
import type { AgentConfig } from "../../run/spec/spec.ts";
import { MAX_SNAPSHOT_CHARS } from "../../run/spec/tool-definition.ts";
import type { McpServerRow } from "../../store/mcp/servers.ts";
import type { ApiDeps } from "../context.ts";
import { refusal, type Pointer } from "../http/refusal.ts";

/** A server that a tenant may use; `row` is null where it is the deployment's. */
export interface KnownServer {
  readonly definition: McpServerDefinition;
  readonly enabled: boolean;
  readonly row: McpServerRow | null;
}

/** The tool by which a model calls any tool of its servers. */
const PROXY_TOOL = "mcp_proxy_tool";

/** A server by its name, the deployment's first; null where there is none for this tenant. */
export async function serverOf(
  deps: ApiDeps,
  tenantId: string,
  name: string,
): Promise<KnownServer | null> {
  const own = configured(deps, tenantId).find(({ definition }) => definition.name === name);
  if (own !== undefined) {
    return own;
  }
  const row = await deps.mcpServers.get(tenantId, name);
  return row === null ? null : known(row);
}

/** All servers of a tenant: the deployment's, then its own. */
export async function serversOf(deps: ApiDeps, tenantId: string): Promise<KnownServer[]> {
  const first = configured(deps, tenantId);
  const names = new Set(first.map(({ definition }) => definition.name));
  const rows = await deps.mcpServers.list(tenantId);
  return [...first, ...rows.filter(({ name }) => !names.has(name)).map(known)];
}

/**
 * The servers of a task as they are now: those that its agent names, or, where it names none and asks
 * for the proxy, all. D1 is asked only for what is not the deployment's.
 * @throws Problem
 */
export async function mcpServersOf(
  deps: ApiDeps,
  tenantId: string,
  { mcp_servers: names, inject_mcp_proxy = false }: AgentConfig,
  at: Pointer,
): Promise<McpServerDefinition[]> {
  if (names === undefined) {
    const all = inject_mcp_proxy ? await serversOf(deps, tenantId) : [];
    const definitions = all.filter(({ enabled }) => enabled).map(({ definition }) => definition);
    return checked(deps, tenantId, definitions, () => at("/inject_mcp_proxy"));
  }
  const wanted = [...new Set(names)];
  const first = configured(deps, tenantId);
  const isConfigured = (name: string) => first.some(({ definition }) => definition.name === name);
  const all = wanted.every(isConfigured) ? first : await serversOf(deps, tenantId);
  const pointer = (name: string) => at(`/mcp_servers/${names.indexOf(name)}`);
  const definitions = wanted.map((name) => {
    const found = all.find(({ definition }) => definition.name === name);
    if (found === undefined || !found.enabled) {
      const what =
        found === undefined ? "There is no MCP server" : "There is a disabled MCP server";
      throw refusal("unknown_mcp_server", pointer(name), `${what} ${JSON.stringify(name)}.`);
    }
    return found.definition;
  });
  return checked(deps, tenantId, definitions, (name) =>
    name === null ? at("/mcp_servers") : pointer(name),
  );
}

/** Whether a name in an agent's tools is for a run's servers to know. */
export function isMcpTool(
  name: string,
  servers: readonly McpServerDefinition[],
  { inject_mcp_proxy = false }: AgentConfig,
): boolean {
  return name === PROXY_TOOL
    ? servers.length > 0 || inject_mcp_proxy
    : servers.some((server) => name.startsWith(`${server.name}.`));
}

/**
 * What a run is given has to be usable now, and to fit.
 * @param pointer to a server, or, of null, to all of them
 */
function checked(
  deps: ApiDeps,
  tenantId: string,
  definitions: McpServerDefinition[],
  pointer: (name: string | null) => string,
): McpServerDefinition[] {
  for (const definition of definitions) {
    const why = deps.mcp.unusable(tenantId, definition);
    if (why !== null) {
      const code = why.code === "oauth_unavailable" ? why.code : "secret_missing";
      throw refusal(code, pointer(definition.name), `${definition.name}: ${why.message}`);
    }
  }
  if (
    definitions.length > MAX_MCP_SERVERS ||
    JSON.stringify(definitions).length > MAX_SNAPSHOT_CHARS
  ) {
    const detail = `are more than ${MAX_MCP_SERVERS} MCP servers, or ${MAX_SNAPSHOT_CHARS} characters of their definitions`;
    throw refusal("validation_failed", pointer(null), detail);
  }
  return definitions;
}

function configured({ config }: ApiDeps, tenantId: string): KnownServer[] {
  return [...config.mcpServers.values()]
    .filter(({ tenants }) => tenants?.includes(tenantId) ?? true)
    .map(({ definition, enabled }) => ({ definition, enabled, row: null }));
}

function known(row: McpServerRow): KnownServer {
  return { definition: row.definition, enabled: row.enabled, row };
}
