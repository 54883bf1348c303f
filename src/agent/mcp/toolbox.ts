/** The tools of a run's MCP servers as ordinary tools. Each has the name `<server>.<tool>`. */
import { z } from "zod";
import { ownValue, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import type {
  McpServerListing,
  McpServerListings,
  RemoteTool,
} from "../../run/value/mcp-listing.ts";
import { effectOfTool, mcpToolMode, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { matches } from "../../run/spec/policy.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import { TOOL_NAME } from "../../run/spec/tool-definition.ts";
import { jsonSchemaCheck } from "../tools/schema/json-schema.ts";
import { defineTool, type RunTool, type Tool, type ToolContext } from "../tools/tool.ts";
import { pageOutput, promptOutput, resourceOutput, toolOutput } from "./result.ts";
import { MCP_PROXY_TOOL, proxyTool, withoutNull, type KnownServer } from "./proxy-tool.ts";
import type { CallContext, McpRequest } from "./sessions.ts";

/** The dependencies of server tools. */
export interface McpCaller {
  /** Sends a request to a server and returns its result. @throws ToolStop, `Suspended` */
  request(
    definition: McpServerDefinition,
    request: McpRequest,
    context: CallContext,
  ): Promise<JsonObject>;
  /** Returns a page of a server's known tools. @throws ToolStop */
  catalogue(
    definition: McpServerDefinition,
    page: CataloguePage,
    signal: AbortSignal,
  ): Promise<JsonValue>;
}

export interface CataloguePage {
  /** Words that a tool must have in its name or description. Null: all tools. */
  readonly query: string | null;
  /** The number of matching tools to skip. */
  readonly after: number;
}

/** The tools of servers in order, and a lookup by name. */
export interface RemoteTools {
  readonly offered: readonly Tool[];
  get(name: string): Tool | undefined;
}

/**
 * Helper tools that each server has in addition to its own. They override server tools with the
 * same name.
 */
const LIST = "mcp_list";
const READ_RESOURCE = "mcp_read_resource";
const GET_PROMPT = "mcp_get_prompt";

/** Their names in the proxy. */
const BY_PROXY: Readonly<Record<string, string>> = {
  list: LIST,
  read_resource: READ_RESOURCE,
  get_prompt: GET_PROMPT,
};

/** Returns the known tools of a run's servers. */
export function remoteTools(
  spec: RunSpec,
  listings: McpServerListings,
  caller: McpCaller,
): RemoteTools {
  const servers = new Map((spec.mcp_servers ?? []).map((server) => [server.name, server]));
  const { direct, proxy } = mcpToolMode(spec.config, spec.input_data);
  const made = new Map<string, RunTool | undefined>();
  const make = (name: string): RunTool | undefined => {
    const [server, tool] = split(name);
    const definition = servers.get(server);
    const patterns = patternsFor(spec.config.tools, server);
    const chosen = tool === LIST || (patterns?.some((one) => matches(one, tool)) ?? true);
    return definition === undefined || tool === "" || !chosen || !TOOL_NAME.test(name)
      ? undefined
      : serverTool(definition, tool, ownValue(listings, server), caller);
  };
  const get = (name: string): RunTool | undefined => {
    if (!made.has(name)) {
      made.set(name, make(name));
    }
    return made.get(name);
  };
  const known = [...servers.keys()].flatMap((server) => {
    const listing = ownValue(listings, server);
    return listing === undefined ? [] : [{ server, listing }];
  });
  const named = direct ? known.flatMap(offeredNames) : [];
  const offered = named.flatMap((name) => get(name) ?? []);
  const cut = direct && known.some(({ listing }) => listing.tools.length < listing.total);
  const viaProxy = proxy || cut ? proxyTool(known, [...servers.keys()], BY_PROXY) : undefined;
  return {
    offered: viaProxy === undefined ? offered : [...offered, viaProxy],
    get: (name) => (name === MCP_PROXY_TOOL ? viaProxy : get(name)),
  };
}

function offeredNames({ server, listing }: KnownServer): string[] {
  const { offers, tools } = listing;
  const own = tools.map(({ name }) => name);
  const more = [
    ...(offers.length > 0 ? [LIST] : []),
    ...(offers.includes("resources") ? [READ_RESOURCE] : []),
    ...(offers.includes("prompts") ? [GET_PROMPT] : []),
  ];
  return [...new Set([...own, ...more])].map((name) => `${server}.${name}`);
}

/**
 * Returns the patterns by which an agent chooses a server's tools, without the server's name. Null
 * if it has none.
 */
export function patternsFor(
  tools: readonly string[] | undefined,
  server: string,
): readonly string[] | null {
  const own = (tools ?? [])
    .filter((name) => name.startsWith(`${server}.`))
    .map((name) => name.slice(server.length + 1));
  return own.length === 0 ? null : own;
}

/** A server's name contains no dot; the names of its tools may. */
function split(name: string): [string, string] {
  const dot = name.indexOf(".");
  return dot === -1 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
}

/**
 * Returns a tool of a server. It may be a tool that the model was not offered: the server knows
 * whether it exists.
 */
function serverTool(
  definition: McpServerDefinition,
  name: string,
  listing: McpServerListing | undefined,
  caller: McpCaller,
): RunTool | undefined {
  switch (name) {
    case LIST:
      return listTool(definition, caller);
    case READ_RESOURCE:
      return resourceTool(definition, caller);
    case GET_PROMPT:
      return promptTool(definition, caller);
    default: {
      const known = listing?.tools.find((tool) => tool.name === name);
      const complete =
        listing?.error === null &&
        listing.revision !== null &&
        listing.tools.length >= listing.total;
      return known === undefined && complete
        ? undefined
        : calledTool(definition, known ?? unknownTool(definition, name, listing), caller);
    }
  }
}

/** Returns a tool whose description the run does not have. */
function unknownTool(
  definition: McpServerDefinition,
  name: string,
  listing: McpServerListing | undefined,
): RemoteTool {
  const effect = ownValue(listing?.effects ?? {}, name) ?? effectOfTool(definition, name);
  return { name, description: "", input_schema: { type: "object" }, effect };
}

/** The metadata field with a call's idempotency key, for servers that can detect repeated calls. */
const KEY_META = "opspawn/idempotency-key";
const TASK_META = "opspawn/task-id";

function calledTool(
  definition: McpServerDefinition,
  { name, description, input_schema, effect }: RemoteTool,
  caller: McpCaller,
): RunTool {
  return {
    kind: "run",
    name: `${definition.name}.${name}`,
    description,
    inputSchema: input_schema,
    outputSchema: null,
    effect,
    approval: definition.approval,
    untrusted: "mcp",
    timeoutMs: definition.timeout_ms,
    checkInput: jsonSchemaCheck(input_schema),
    checkOutput: (value) => ({ ok: true, value: value as JsonValue }),
    run: async (input, context) => {
      const { taskId, idempotencyKey, trace } = context;
      const _meta = { [KEY_META]: idempotencyKey, [TASK_META]: taskId, ...trace };
      const params = { name, arguments: input, _meta };
      return toolOutput(
        await caller.request(definition, { method: "tools/call", params }, context),
      );
    },
  };
}

/**
 * Shared properties of the helper tools. By the protocol they only read. Whether the server is
 * trusted to do so is decided by the definition, as for any hint.
 */
function reading(definition: McpServerDefinition, name: string) {
  return {
    name: `${definition.name}.${name}`,
    effect: effectOfTool(definition, name, { readOnlyHint: true }),
    approval: definition.approval,
    untrusted: "mcp" as const,
    timeoutMs: definition.timeout_ms,
  };
}

function listTool(definition: McpServerDefinition, caller: McpCaller): RunTool {
  return defineTool({
    ...reading(definition, LIST),
    approval: "never",
    // Tools are listed from the stored catalogue.
    effectOf: ({ kind }) => (kind === "tools" ? "pure" : reading(definition, LIST).effect),
    output: z.json(),
    description: `Lists what the MCP server ${definition.name} has: its tools with their schemas, its resources or its prompts.`,
    input: z.strictObject({
      kind: z.enum(["tools", "resources", "prompts"]).default("tools"),
      query: z
        .string()
        .optional()
        .describe("Words that a tool must have in its name or description."),
      cursor: z.string().optional().describe("The `next_cursor` of the page before."),
    }),
    run: async ({ kind, query, cursor }, context) => {
      if (kind === "tools") {
        const after = Math.max(0, Number.parseInt(cursor ?? "0", 10) || 0);
        const page = { query: query ?? null, after };
        return z.json().parse(await caller.catalogue(definition, page, context.signal));
      }
      const params = cursor === undefined ? {} : { cursor };
      const result = await caller.request(definition, { method: `${kind}/list`, params }, context);
      return z.json().parse(pageOutput(kind, result));
    },
  });
}

function resourceTool(definition: McpServerDefinition, caller: McpCaller): RunTool {
  return raw(definition, READ_RESOURCE, {
    description: `Reads a resource of the MCP server ${definition.name} by its URI.`,
    input: z.strictObject({ uri: z.string().min(1) }),
    run: async ({ uri }, context) =>
      resourceOutput(
        await caller.request(definition, { method: "resources/read", params: { uri } }, context),
      ),
  });
}

function promptTool(definition: McpServerDefinition, caller: McpCaller): RunTool {
  const tool = raw(definition, GET_PROMPT, {
    description: `Gets a prompt of the MCP server ${definition.name}, filled in with arguments.`,
    input: z.strictObject({
      name: z.string().min(1),
      arguments: z.record(z.string(), z.string()).default({}),
    }),
    run: async ({ name, arguments: args }, context) =>
      promptOutput(
        await caller.request(
          definition,
          { method: "prompts/get", params: { name, arguments: args } },
          context,
        ),
      ),
  });
  return { ...tool, checkInput: (value) => tool.checkInput(withoutNull(value, "arguments")) };
}

function raw<I extends z.ZodType>(
  definition: McpServerDefinition,
  name: string,
  tool: {
    readonly description: string;
    readonly input: I;
    run(input: z.output<I>, context: ToolContext): Promise<unknown>;
  },
): RunTool {
  return defineTool({
    ...reading(definition, name),
    ...tool,
    output: z.unknown(),
  });
}
