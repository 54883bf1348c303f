/**
 * MCP servers that runs may use, as data: what a deployment configures, what a tenant registers, and
 * what a run is told at its submission, so that a change of a server does not reach a running task.
 * Persisted: fields are added, never changed.
 */
import { z } from "zod";
import { EFFECTS, type Effect } from "../value/effect.ts";
import type { JsonObject } from "../value/json.ts";
import { matches } from "./policy.ts";
import { APPROVALS } from "./tool-definition.ts";

/** A server's name is the first part of its tools' names: `<server>.<tool>`. */
export const MCP_SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

/** Servers that a tenant may register, and that one run may use. */
export const MAX_MCP_SERVERS = 50;

/** Time that a request to a server has if its definition does not say otherwise, milliseconds. */
export const DEFAULT_MCP_TIMEOUT_MS = 30_000;

/** How a run's model is offered the tools of its servers. */
export const MCP_TOOL_MODES = ["direct", "proxy", "both"] as const;
/** @public */
export type McpToolMode = (typeof MCP_TOOL_MODES)[number];

/** What a second call of a server's tool may be said to do: none of them can be asked what it did. */
export const MCP_EFFECTS = ["pure", "idempotent", "once"] as const;

/** Headers that the protocol sets. */
export const MCP_HEADERS =
  /^(?:accept|content-type|mcp-.*|last-event-id|idempotency-key|x-opspawn-.*)$/i;

/** OAuth grants that the service can use. */
export const OAUTH_GRANTS = ["authorization_code", "client_credentials"] as const;

/** How a server is told who asks, where that is OAuth. */
const oauth = z.looseObject({
  /**
   * A registered client, or the URL of a client's metadata document. Absent: the service registers
   * itself where the authorization server lets it.
   */
  client_id: z.exactOptional(z.string()),
  /** Names a secret, as headers do. */
  client_secret: z.exactOptional(z.string()),
  /** Absent: what the server asks for. */
  scope: z.exactOptional(z.string()),
  /** `client_credentials`: nobody has to agree in a browser. Absent: `authorization_code`. */
  grant: z.exactOptional(z.enum(OAUTH_GRANTS)),
});

export const mcpServerDefinition = z.looseObject({
  name: z.string(),
  /** Whose secrets its headers name: `${NAME}` of the deployment's, `${secret:NAME}` of a tenant's. */
  source: z.enum(["deployment", "tenant"]),
  /** Streamable HTTP. */
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  /** For each request, milliseconds. */
  timeout_ms: z.number().int(),
  /** What a second call would do, by the server's own name of a tool or a pattern with `*`. */
  effects: z.record(z.string(), z.enum(EFFECTS)),
  /** Whether the server's own hints about its tools' effects are believed. */
  trust_annotations: z.boolean(),
  approval: z.enum(APPROVALS),
  oauth: z.exactOptional(oauth),
});
export type McpServerDefinition = z.infer<typeof mcpServerDefinition>;

export const mcpServerDefinitions = z.array(mcpServerDefinition);

/** What a server says of a tool of its own (MCP revision 2025-11-25, `ToolAnnotations`). */
export interface Annotations {
  readonly readOnlyHint?: boolean;
  readonly idempotentHint?: boolean;
}

/**
 * What a second call of a server's tool would do: as its definition says, by the tool's own name or
 * else the first pattern that fits; then as the server hints, where it is believed; else `once`.
 */
export function effectOfTool(
  { effects, trust_annotations }: Pick<McpServerDefinition, "effects" | "trust_annotations">,
  tool: string,
  { readOnlyHint, idempotentHint }: Annotations = {},
): Effect {
  const said =
    (Object.hasOwn(effects, tool) ? effects[tool] : undefined) ??
    Object.entries(effects).find(([pattern]) => matches(pattern, tool))?.[1];
  if (said !== undefined) {
    return said;
  }
  if (!trust_annotations) {
    return "once";
  }
  return readOnlyHint === true ? "pure" : idempotentHint === true ? "idempotent" : "once";
}

/**
 * How the model is offered the tools of servers. The input may ask for the proxy, as it could with
 * AgentKit, this service's forerunner.
 */
export function mcpToolMode(
  config: { readonly mcp_tools?: McpToolMode; readonly inject_mcp_proxy?: boolean },
  input: JsonObject,
): { readonly direct: boolean; readonly proxy: boolean } {
  const injected = (config.inject_mcp_proxy ?? input["inject_mcp_proxy"]) === true;
  const mode = config.mcp_tools ?? (injected ? "proxy" : "direct");
  return { direct: mode !== "proxy", proxy: mode !== "direct" || injected };
}
