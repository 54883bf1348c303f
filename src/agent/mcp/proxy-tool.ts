/**
 * `mcp_proxy_tool`: calls any tool of the MCP servers. A call of it is checked, logged and executed
 * as a call of the tool that it names.
 */
import { z } from "zod";
import { isJsonObject, ownValue, type JsonValue } from "../../run/value/json.ts";
import type { McpServerListing } from "../../run/value/mcp-listing.ts";
import { defineTool, type RunTool } from "../tools/tool.ts";

/** Maximum number of tool names per server in the proxy's description. */
const MAX_NAMES = 40;

export const MCP_PROXY_TOOL = "mcp_proxy_tool";

/** A server that has been listed. */
export interface KnownServer {
  readonly server: string;
  readonly listing: McpServerListing;
}

/**
 * Creates the tool that AgentKit, the predecessor, used for every tool of every server.
 * @param servers names of the run's servers, including those that could not be listed
 * @param aliases names of tools that every server has, by their names in the proxy
 */
export function proxyTool(
  known: readonly KnownServer[],
  servers: readonly string[],
  aliases: Readonly<Record<string, string>>,
): RunTool {
  const proxy = defineTool({
    name: MCP_PROXY_TOOL,
    description: `Calls a tool of an MCP server. The tool_name "list" lists a server's tools (arguments: kind, query, cursor), "read_resource" reads a resource (uri), "get_prompt" gets a prompt (name, arguments). ${whatThereIs(known, servers)}`,
    input: z.strictObject({
      server_name: z.string().min(1),
      tool_name: z.string().min(1),
      arguments: z.record(z.string(), z.json()).default({}),
    }),
    output: z.unknown(),
    effect: "pure",
    run: () => Promise.reject(new Error("the proxy stands for another tool")),
  });
  return {
    ...proxy,
    checkInput: (given) => {
      const value = withoutNull(given, "arguments");
      const checked = proxy.checkInput(value);
      const server = isJsonObject(value) ? textOf(value["server_name"]) : "";
      return checked.ok && !servers.includes(server)
        ? { ok: false, reason: `there is no MCP server ${JSON.stringify(server)} for this run.` }
        : checked;
    },
    standsFor: (input) => {
      const { server_name, tool_name, arguments: args = {} } = isJsonObject(input) ? input : {};
      const server = textOf(server_name);
      const tool = textOf(tool_name);
      const listing = known.find((one) => one.server === server)?.listing;
      const listed = listing?.tools.some(({ name }) => name === tool) === true;
      const alias = listed ? undefined : ownValue(aliases, tool);
      return { name: `${server}.${alias ?? tool}`, arguments: args };
    },
  };
}

/** Returns an object without a member that is null: models write null for what they leave out. */
export function withoutNull(value: JsonValue, name: string): JsonValue {
  return isJsonObject(value) && value[name] === null
    ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
    : value;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function whatThereIs(known: readonly KnownServer[], servers: readonly string[]): string {
  const lines = servers.map((server) => {
    const listing = known.find((one) => one.server === server)?.listing;
    if (listing === undefined || listing.total === 0) {
      return server;
    }
    const names = listing.tools.slice(0, MAX_NAMES).map(({ name }) => name);
    const more = listing.total - names.length;
    return `${server} (${listing.total} tools: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
  });
  return `Servers: ${lines.join("; ")}.`;
}
