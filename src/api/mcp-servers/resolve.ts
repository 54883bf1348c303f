/** Resolves the MCP servers of a tenant, and those that a task may use. */
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { MAX_MCP_SERVERS } from "../../run/spec/mcp-server.ts";
import type { AgentConfig } from "../../run/spec/spec.ts";
import { MAX_SNAPSHOT_CHARS } from "../../run/spec/tool-definition.ts";
import type { McpServerRow } from "../../store/mcp/servers.ts";
import type { ApiDeps } from "../context.ts";
import { pointerTo, type JsonPointer } from "../../run/value/json-pointer.ts";
import type { FieldFault } from "../http/problem.ts";

/** A server that a tenant may use. `row` is null for a server of the deployment. */
export interface KnownServer {
  readonly definition: McpServerDefinition;
  readonly enabled: boolean;
  readonly row: McpServerRow | null;
}

/** Name of the tool that calls any tool of a run's servers. */
const PROXY_TOOL = "mcp_proxy_tool";

/** Returns a tenant's server by name, or null. The deployment's servers take precedence. */
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

/** Returns all servers of a tenant: the deployment's, then its own. */
export async function serversOf(deps: ApiDeps, tenantId: string): Promise<KnownServer[]> {
  const first = configured(deps, tenantId);
  const names = new Set(first.map(({ definition }) => definition.name));
  const rows = await deps.mcpServers.list(tenantId);
  return [...first, ...rows.filter(({ name }) => !names.has(name)).map(known)];
}

/** The servers of a task, or the first fault, whose pointer is into `{ config }`. */
export type TaskServers =
  | { readonly servers: readonly McpServerDefinition[]; readonly fault?: never }
  | { readonly fault: FieldFault; readonly servers?: never };

/**
 * Returns the current servers of a task: those that its config names, or all if it names none and
 * injects the proxy. Reads D1 only for servers that are not the deployment's.
 */
export async function mcpServersOf(
  deps: ApiDeps,
  tenantId: string,
  { mcp_servers: names, inject_mcp_proxy = false }: AgentConfig,
): Promise<TaskServers> {
  if (names === undefined) {
    const all = inject_mcp_proxy ? await serversOf(deps, tenantId) : [];
    const servers = all.filter(({ enabled }) => enabled).map(({ definition }) => definition);
    const proxy = "/config/inject_mcp_proxy";
    return withoutFault(
      servers,
      (await unusable(deps, tenantId, servers, () => proxy)) ?? tooMany(servers, proxy),
    );
  }
  const wanted = [...new Set(names)];
  const first = configured(deps, tenantId);
  const isConfigured = (name: string) => first.some(({ definition }) => definition.name === name);
  const all = wanted.every(isConfigured) ? first : await serversOf(deps, tenantId);
  const list = "/config/mcp_servers";
  const placeOf = (name: string) => pointerTo([names.indexOf(name)], list);
  const servers: McpServerDefinition[] = [];
  for (const name of wanted) {
    const found = all.find(({ definition }) => definition.name === name);
    if (found?.enabled !== true) {
      const what = found === undefined ? "Unknown MCP server" : "Disabled MCP server";
      const detail = `${what} ${JSON.stringify(name)}.`;
      return { fault: { code: "unknown_mcp_server", pointer: placeOf(name), detail } };
    }
    servers.push(found.definition);
  }
  return withoutFault(
    servers,
    (await unusable(deps, tenantId, servers, placeOf)) ?? tooMany(servers, list),
  );
}

function withoutFault(
  servers: readonly McpServerDefinition[],
  fault: FieldFault | null,
): TaskServers {
  return fault === null ? { servers } : { fault };
}

/** Returns whether a tool name belongs to one of a run's MCP servers. */
export function isMcpTool(
  name: string,
  servers: readonly McpServerDefinition[],
  { inject_mcp_proxy = false }: AgentConfig,
): boolean {
  return name === PROXY_TOOL
    ? servers.length > 0 || inject_mcp_proxy
    : servers.some((server) => name.startsWith(`${server.name}.`));
}

/** Returns the fault of the first unusable server, or null. */
async function unusable(
  deps: ApiDeps,
  tenantId: string,
  servers: readonly McpServerDefinition[],
  placeOf: (name: string) => JsonPointer,
): Promise<FieldFault | null> {
  for (const server of servers) {
    const why = await deps.mcp.unusable(tenantId, server);
    if (why !== null) {
      const code = why.code === "oauth_unavailable" ? why.code : "secret_missing";
      const detail = `${server.name}: ${why.message}`;
      return { code, pointer: placeOf(server.name), detail };
    }
  }
  return null;
}

/** Returns a fault if the servers do not fit in the spec of a run, or null. */
function tooMany(servers: readonly McpServerDefinition[], pointer: JsonPointer): FieldFault | null {
  if (servers.length <= MAX_MCP_SERVERS && JSON.stringify(servers).length <= MAX_SNAPSHOT_CHARS) {
    return null;
  }
  const detail = `are more than ${MAX_MCP_SERVERS} MCP servers, or ${MAX_SNAPSHOT_CHARS} characters of their definitions`;
  return { code: "validation_failed", pointer, detail };
}

function configured({ config }: ApiDeps, tenantId: string): KnownServer[] {
  return [...config.mcpServers.values()]
    .filter(({ tenants }) => tenants?.includes(tenantId) ?? true)
    .map(({ definition, enabled }) => ({ definition, enabled, row: null }));
}

/** Maps a row to a server of the tenant. */
export function known(row: McpServerRow): KnownServer {
  return { definition: row.definition, enabled: row.enabled, row };
}
