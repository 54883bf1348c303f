/**
 * The port for MCP servers outside runs, for code without network access: validation, listing and
 * authorization. `src/agent/mcp/registry.ts` implements it.
 */
import type { SchemaDefect } from "./catalogue.ts";
import type { McpServerDefinition } from "./mcp-server.ts";

/** Refusals by a server or an authorization server are results, not rejections. */
export interface McpPort {
  /** Returns the defects of a tenant's server; empty if it can be listed. */
  defects(definition: McpServerDefinition): readonly SchemaDefect[];
  /** Returns the key of a server's catalogue. A different key means a different server. */
  keyOf(definition: McpServerDefinition): string;
  /** Returns why a server cannot be used now (a secret is missing), or null. */
  unusable(tenantId: string, definition: McpServerDefinition): Promise<McpRefusal | null>;
  /** Lists a server, and stores its catalogue and health. Never rejects because of the server. */
  refresh(tenantId: string, definition: McpServerDefinition): Promise<void>;
  /** Whether tokens can be stored, so that OAuth is available. */
  readonly keepsTokens: boolean;
  /**
   * Requests authorization to use a server.
   * @param redirectUrl where the browser returns to
   */
  authorize(
    tenantId: string,
    definition: McpServerDefinition,
    redirectUrl: string,
  ): Promise<McpAuthorization>;
  /**
   * Consumes a state and returns the tenant and server of its authorization. Returns null if the
   * state is unknown or expired.
   */
  takeState(state: string): Promise<{ readonly tenantId: string; readonly server: string } | null>;
  /** Completes an authorization with the parameters of the redirect. Returns null on success. */
  finish(
    tenantId: string,
    definition: McpServerDefinition,
    returned: McpReturned,
  ): Promise<McpRefusal | null>;
}

/** A failure with a code of `TOOL_FAILURES`. */
export interface McpRefusal {
  readonly code: string;
  readonly message: string;
}

/** The outcome of a request for authorization. `expiresAt` is RFC 3339. */
export type McpAuthorization =
  | { readonly kind: "authorized" }
  | { readonly kind: "redirect"; readonly url: string; readonly expiresAt: string }
  | ({ readonly kind: "failed" } & McpRefusal);

/** The query parameters of a redirect from an authorization server. */
export interface McpReturned {
  readonly code: string | null;
  readonly iss: string | null;
  /** The authorization server's error if there is no code. */
  readonly error: string | null;
}
