/**
 * What each MCP server of a run offers, folded from `mcp.listed` events. A listing expires; the
 * server is then listed again, from its catalogue or by a request, before the next model call.
 */
import { z } from "zod";
import { EFFECTS, type Effect } from "./effect.ts";
import { isJsonObject, ownValue, type JsonObject } from "./json.ts";

const jsonSchema = z.custom<JsonObject>(isJsonObject, "must be an object").meta({ type: "object" });

/** A tool of a server, under the server's own name for it. */
const remoteTool = z.looseObject({
  name: z.string().describe("The server's own name of the tool."),
  description: z.string().describe("What the tool does, for the model."),
  input_schema: jsonSchema.describe("JSON Schema of the arguments."),
  effect: z.enum(EFFECTS).describe("What repeating a call would do outside the run."),
});
/** A tool that an `mcp.listed` event describes. */
export type RemoteTool = z.infer<typeof remoteTool>;

/** The data of `mcp.listed`. */
export const mcpListed = z.looseObject({
  server: z.string().describe("The name of the server."),
  expires_at: z.string().describe("When the server must be listed again, RFC 3339."),
  revision: z
    .string()
    .optional()
    .describe("Identifies the content. Absent if the server could not be listed."),
  tools: z
    .array(remoteTool)
    .optional()
    .describe("Tools that the model is offered directly. Absent: unchanged."),
  total: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe("Number of tools of the server that the agent may use."),
  effects: z
    .record(z.string(), z.enum(EFFECTS))
    .optional()
    .describe("Effects of the tools that are not in `tools`, where not `once`."),
  offers: z
    .array(z.enum(["resources", "prompts"]))
    .optional()
    .describe("Other kinds of content that the server offers."),
  error: z
    .looseObject({
      code: z.string().describe("A stable code."),
      message: z.string().describe("A sentence for people."),
    })
    .optional()
    .describe("Why the server could not be listed."),
});
/** The data of one `mcp.listed` event. */
export type McpListed = z.infer<typeof mcpListed>;

/** What one server offers, as of its newest `mcp.listed` event. */
export interface McpServerListing {
  readonly revision: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly tools: readonly RemoteTool[];
  readonly total: number;
  readonly effects: Readonly<Record<string, Effect>>;
  readonly offers: readonly ("resources" | "prompts")[];
  readonly error: { readonly code: string; readonly message: string } | null;
}
/** The listings of a run by the name of the server. */
export type McpServerListings = Readonly<Record<string, McpServerListing>>;

/** Minimum lifetime of a listing, whatever it states: a step must not list forever. */
const LEAST_MS = 1_000;

/**
 * Returns the listing after one more `mcp.listed`.
 * @param at time of the event, milliseconds since the epoch
 */
export function applyListed(
  before: McpServerListing | undefined,
  event: McpListed,
  at: number,
): McpServerListing {
  const { revision, tools, total, effects, offers, error } = event;
  return {
    revision: revision ?? before?.revision ?? null,
    expiresAt: Math.max(Date.parse(event.expires_at), at + LEAST_MS),
    tools: tools ?? before?.tools ?? [],
    total: total ?? before?.total ?? 0,
    effects: effects ?? before?.effects ?? {},
    offers: offers ?? before?.offers ?? [],
    error: error ?? null,
  };
}

/**
 * Returns the notice for the model if a server became unavailable or available again, else null.
 */
export function availabilityNotice(
  before: McpServerListing | undefined,
  after: McpServerListing,
  server: string,
): string | null {
  if (after.error !== null && (before?.error ?? null) === null) {
    // The error's message may contain text of the server, which is untrusted: it stays in the log.
    const known =
      after.tools.length > 0 ? "Calls of its tools may fail." : "Its tools are missing.";
    return `The MCP server ${server} cannot be used now (${after.error.code}). ${known} It is tried again later.`;
  }
  return after.error === null && (before?.error ?? null) !== null
    ? `The MCP server ${server} can be used again.`
    : null;
}

/**
 * Returns the names of the servers that must be listed before the next model call.
 * @param now milliseconds since the epoch
 */
export function listingsDue(
  servers: readonly { readonly name: string }[],
  listings: McpServerListings,
  now: number,
): string[] {
  return servers
    .map(({ name }) => name)
    .filter((name) => (ownValue(listings, name)?.expiresAt ?? 0) <= now);
}
