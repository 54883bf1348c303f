/** What the service can do with MCP servers besides running tasks, for whoever has no network. */
import type { SchemaDefect } from "./catalogue.ts";
import type { McpServerDefinition } from "./mcp-server.ts";

export interface McpPort {
  /** What is wrong with a server that a tenant brings; empty if it can be asked. */
  defects(definition: McpServerDefinition): readonly SchemaDefect[];
  /** What the catalogue of a server is kept under: with another key, it is of another server. */
  keyOf(definition: McpServerDefinition): string;
  /** Why a server cannot be used as things are (a secret is missing), or null. */
  unusable(tenantId: string, definition: McpServerDefinition): McpRefusal | null;
  /** Asks a server what it offers, and stores that and how it answered. Never fails for the server. */
  refresh(tenantId: string, definition: McpServerDefinition): Promise<void>;
  /** Whether tokens can be kept. */
  readonly keepsTokens: boolean;
  /** Tries to get the right to use a server. @param redirectUrl where a browser comes back to */
  authorize(
    tenantId: string,
    definition: McpServerDefinition,
    redirectUrl: string,
  ): Promise<McpAuthorization>;
  /** Whose authorization a state belongs to, which uses it up; null if it is none of ours, or too old. */
  takeState(state: string): Promise<{ readonly tenantId: string; readonly server: string } | null>;
  /** Completes an authorization with what a browser brought back; null where it worked. */
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

export type McpAuthorization =
  | { readonly kind: "authorized" }
  | { readonly kind: "redirect"; readonly url: string; readonly expiresAt: string }
  | ({ readonly kind: "failed" } & McpRefusal);

/** What a browser brought back from an authorization server. */
export interface McpReturned {
  readonly code: string | null;
  readonly iss: string | null;
  /** The authorization server's own word for why there is no code. */
  readonly error: string | null;
}
