/** What MCP servers offer, as it is listed and kept, and how they are doing. */
import type { JsonObject } from "../value/json.ts";

/** Characters of JSON that one stored part of a catalogue has at most. */
export const MAX_PART_CHARS = 500_000;
/** Tools left out of a catalogue that are named; the rest are counted. */
export const MAX_PROBLEMS = 100;
/** Characters of a server's instructions that are kept. */
export const MAX_INSTRUCTIONS_CHARS = 4_000;

/** A tool as a server lists it, once it was found usable. Its schemas are passed through. */
export interface McpTool {
  /** The server's own name; a run calls it `<server>.<name>`. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: McpAnnotations;
}

/** The server's hints about a tool. */
export interface McpAnnotations {
  readonly readOnlyHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly destructiveHint?: boolean;
}

/** A tool that a listing left out, or changed, and why. */
export interface McpProblem {
  readonly name: string;
  readonly reason: string;
}

/** How a server answered last. */
export interface McpHealth {
  readonly status: "ok" | "down" | "unauthorized";
  /** A code of `TOOL_FAILURES`; null where all is well. */
  readonly code: string | null;
  readonly message: string | null;
  readonly checked_at: string;
}

/** What is known of a catalogue without its tools. */
export interface CatalogueHead {
  /** Hash of what the listing depends on: another one means that it is of another server. */
  readonly key: string;
  /** Hash of the tools. */
  readonly revision: string;
  /** How many rows the tools are in. */
  readonly parts: number;
  readonly fetched_at: string;
  readonly expires_at: string;
  readonly tool_count: number;
  readonly total_chars: number;
  readonly capabilities: JsonObject;
  readonly instructions: string | null;
  /** The first of them. */
  readonly problems: readonly McpProblem[];
  readonly problem_count: number;
  readonly health: McpHealth;
}
