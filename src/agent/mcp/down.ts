/**
 * Remembers servers that did not respond. A run would otherwise wait for the whole timeout in every
 * call of such a server.
 */
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { clipMessage, ToolStop } from "../../run/value/failure.ts";

/** Failures that mean that the server does not respond at all. */
const NO_RESPONSE: ReadonlySet<string> = new Set(["tool_timeout", "server_unreachable"]);

/** Why a server may not be contacted now. */
export interface Down {
  /** The code of the failure. */
  readonly code: string;
  /** When it may be contacted again, RFC 3339. */
  readonly until: string;
}

/** Servers that did not respond a short time ago, shared by all runs of a tenant. */
export interface DownServers {
  /** Returns why a server may not be contacted now; null if it may. */
  down(definition: McpServerDefinition): Promise<Down | null>;
  /** Stores that no session could be opened. */
  failed(definition: McpServerDefinition, stop: ToolStop): Promise<void>;
}

/** Returns whether a failure means that the server does not respond at all. */
export function isNoResponse(code: string): boolean {
  return NO_RESPONSE.has(code);
}

/** Returns the failure of a call whose server is known not to respond. */
export function downStop({ name }: McpServerDefinition, { code, until }: Down): ToolStop {
  const message = `The MCP server ${name} did not respond a short time ago (${code}), so it was not called. It is tried again after ${until}.`;
  return new ToolStop("server_down", clipMessage(message), { unsent: true });
}
