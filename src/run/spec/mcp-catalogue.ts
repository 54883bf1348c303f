/** Stored catalogues of MCP servers, and the health of each server. */
import type { JsonObject } from "../value/json.ts";

/** Maximum characters of JSON in one stored part of a catalogue. */
export const MAX_PART_CHARS = 500_000;
/** Maximum omitted or changed tools that a catalogue names; all are counted. */
export const MAX_PROBLEMS = 100;
/** Maximum stored characters of a server's instructions. */
export const MAX_INSTRUCTIONS_CHARS = 4_000;

/** A listed tool that was found usable. Its schemas are passed through. */
export interface McpTool {
  /** The server's own name for the tool. A run calls it `<server>.<name>`. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: McpAnnotations;
}

/** The server's own hints about a tool. */
export interface McpAnnotations {
  readonly readOnlyHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly destructiveHint?: boolean;
}

/** A tool that a listing omitted or changed, and why. */
export interface McpProblem {
  readonly name: string;
  readonly reason: string;
}

/** The outcome of the last request to a server. */
export interface McpHealth {
  readonly status: "ok" | "down" | "unauthorized";
  /** A code of `TOOL_FAILURES`; null if the server is healthy. */
  readonly code: string | null;
  readonly message: string | null;
  readonly checked_at: string;
}

/** A catalogue without its tools. */
export interface CatalogueHead {
  /** Hash of the inputs of the listing. A different key means a different server. */
  readonly key: string;
  /** Hash of the tools. */
  readonly revision: string;
  /** Number of rows that store the tools. */
  readonly parts: number;
  readonly fetched_at: string;
  readonly expires_at: string;
  readonly tool_count: number;
  readonly total_chars: number;
  readonly capabilities: JsonObject;
  readonly instructions: string | null;
  /** The first problems, `MAX_PROBLEMS` at most. */
  readonly problems: readonly McpProblem[];
  readonly problem_count: number;
  readonly health: McpHealth;
}
