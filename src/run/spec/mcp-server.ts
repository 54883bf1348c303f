/**
 * Definitions of MCP servers: of the deployment, of a tenant, and of a run. A run stores the
 * definitions of its submission, so a later change does not reach a running task. Persisted: fields
 * are added, never changed.
 */
import { z } from "zod";
import { EFFECTS, type Effect } from "../value/effect.ts";
import type { JsonObject } from "../value/json.ts";
import { matches } from "./policy.ts";
import { APPROVALS } from "./tool-definition.ts";

/** Name of a server: the first part of its tools' names, `<server>.<tool>`. */
export const MCP_SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

/** Maximum servers of a tenant, and of a run. */
export const MAX_MCP_SERVERS = 50;

/** Default timeout of a request to a server, milliseconds. */
export const DEFAULT_MCP_TIMEOUT_MS = 30_000;

/** How the model is offered the tools of its servers. */
export const MCP_TOOL_MODES = ["direct", "proxy", "both"] as const;
/** @public */
export type McpToolMode = (typeof MCP_TOOL_MODES)[number];

/**
 * Effects that a definition may declare. `probe` is missing: no server can be asked for an outcome.
 */
export const MCP_EFFECTS = ["pure", "idempotent", "once"] as const;

/** Headers that the protocol sets. */
export const MCP_HEADERS =
  /^(?:accept|content-type|mcp-.*|last-event-id|idempotency-key|x-opspawn-.*)$/i;

/** OAuth grants that the service can use. */
export const OAUTH_GRANTS = ["authorization_code", "client_credentials"] as const;

/** Authentication to a server through OAuth. */
const oauth = z.looseObject({
  client_id: z
    .exactOptional(z.string())
    .describe(
      "A registered client, or the URL of a client metadata document. Absent: the service registers itself if the authorization server permits it.",
    ),
  client_secret: z
    .exactOptional(z.string())
    .describe("Refers to a secret, with the syntax of headers."),
  scope: z.exactOptional(z.string()).describe("Absent: the scope that the server asks for."),
  grant: z
    .exactOptional(z.enum(OAUTH_GRANTS))
    .describe(
      "`client_credentials`: no person consents in a browser. Absent: `authorization_code`.",
    ),
});

/** The definition of one MCP server, in D1, in a setting or in a run's spec. */
export const mcpServerDefinition = z.looseObject({
  name: z.string().describe("The name of the server."),
  source: z
    .enum(["deployment", "tenant"])
    .describe(
      "Owner of the secrets in its headers: `${NAME}` for the deployment, `${secret:NAME}` for a tenant.",
    ),
  url: z.string().describe("Endpoint, Streamable HTTP."),
  headers: z
    .record(z.string(), z.string())
    .describe("Headers of each request, with secrets by name only."),
  timeout_ms: z.number().int().describe("Timeout of each request, in milliseconds."),
  effects: z
    .record(z.string(), z.enum(EFFECTS))
    .describe("Effects by the server's own name of a tool, or by a pattern with `*`."),
  trust_annotations: z
    .boolean()
    .describe("Whether the server's own hints about effects are trusted."),
  approval: z.enum(APPROVALS).describe("`always`: a person must approve each call of its tools."),
  oauth: z.exactOptional(oauth).describe("Authentication to the server through OAuth."),
});
/** The definition of one MCP server. */
export type McpServerDefinition = z.infer<typeof mcpServerDefinition>;

/** The definitions that a run's spec holds. */
export const mcpServerDefinitions = z.array(mcpServerDefinition);

/** A server's hints about its own tool (MCP revision 2025-11-25, `ToolAnnotations`). */
export interface Annotations {
  readonly readOnlyHint?: boolean;
  readonly idempotentHint?: boolean;
}

/**
 * Returns the effect of a server's tool: the definition's entry for its name, else the first
 * pattern that matches, else the server's hint if it is trusted, else `once`.
 */
export function effectOfTool(
  { effects, trust_annotations }: Pick<McpServerDefinition, "effects" | "trust_annotations">,
  tool: string,
  { readOnlyHint, idempotentHint }: Annotations = {},
): Effect {
  const declared =
    (Object.hasOwn(effects, tool) ? effects[tool] : undefined) ??
    Object.entries(effects).find(([pattern]) => matches(pattern, tool))?.[1];
  if (declared !== undefined) {
    return declared;
  }
  if (!trust_annotations) {
    return "once";
  }
  return readOnlyHint === true ? "pure" : idempotentHint === true ? "idempotent" : "once";
}

/**
 * Returns how the model is offered the tools of servers. The input may request the proxy, for
 * compatibility with AgentKit, the predecessor of this service.
 */
export function mcpToolMode(
  config: { readonly mcp_tools?: McpToolMode; readonly inject_mcp_proxy?: boolean },
  input: JsonObject,
): { readonly direct: boolean; readonly proxy: boolean } {
  const injected = (config.inject_mcp_proxy ?? input["inject_mcp_proxy"]) === true;
  const mode = config.mcp_tools ?? (injected ? "proxy" : "direct");
  return { direct: mode !== "proxy", proxy: mode !== "direct" || injected };
}
