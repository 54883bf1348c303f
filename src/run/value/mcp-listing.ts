/**
 * What a run knows of its MCP servers: what each offers, as the log has it. A listing is good for a
 * time; then the server, or what is remembered of it, is asked again before the model is.
 */
import { z } from "zod";
import { EFFECTS, type Effect } from "./effect.ts";
import { isJsonObject, ownValue, type JsonObject } from "./json.ts";

const jsonSchema = z.custom<JsonObject>(isJsonObject, "must be an object");

/** A tool of a server, by the server's own name. */
const remoteTool = z.looseObject({
  name: z.string(),
  description: z.string(),
  input_schema: jsonSchema,
  effect: z.enum(EFFECTS),
});
export type RemoteTool = z.infer<typeof remoteTool>;

/** The data of `mcp.listed`. */
export const mcpListed = z.looseObject({
  server: z.string(),
  /** When it is asked again. */
  expires_at: z.string(),
  /** Names the content; absent where the server could not be listed. */
  revision: z.string().optional(),
  /** Those that the model is offered by themselves; absent: the same as before. */
  tools: z.array(remoteTool).optional(),
  /** All tools of the server that the agent may use. */
  total: z.number().int().min(0).optional(),
  /** Of tools that are not among these: what a second call does, where that is not `once`. */
  effects: z.record(z.string(), z.enum(EFFECTS)).optional(),
  /** What else it has. */
  offers: z.array(z.enum(["resources", "prompts"])).optional(),
  /** Why it could not be listed. */
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
export type McpListed = z.infer<typeof mcpListed>;

/** What a run knows of one server. */
export interface Listing {
  readonly revision: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly tools: readonly RemoteTool[];
  readonly total: number;
  readonly effects: Readonly<Record<string, Effect>>;
  readonly offers: readonly ("resources" | "prompts")[];
  readonly error: { readonly code: string; readonly message: string } | null;
}
export type Listings = Readonly<Record<string, Listing>>;

/** Shortest time that a listing is good for, whatever it says: a step must not list for ever. */
const LEAST_MS = 1_000;

/** The listing after one more `mcp.listed`. @param at milliseconds */
export function listed(before: Listing | undefined, event: McpListed, at: number): Listing {
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

/** What the model is told of a listing: that a server cannot be used, or can be again. */
export function noticeOf(
  before: Listing | undefined,
  after: Listing,
  server: string,
): string | null {
  if (after.error !== null && (before?.error ?? null) === null) {
    // The message may have words of the server, which nobody vouches for: it stays in the log.
    const known =
      after.tools.length > 0 ? "Calls of its tools may fail." : "Its tools are missing.";
    return `The MCP server ${server} cannot be used now (${after.error.code}). ${known} It is tried again later.`;
  }
  return after.error === null && (before?.error ?? null) !== null
    ? `The MCP server ${server} can be used again.`
    : null;
}

/** The servers that are to be listed before the model is asked. @param now milliseconds */
export function listingsDue(
  servers: readonly { readonly name: string }[],
  listings: Listings,
  now: number,
): string[] {
  return servers
    .map(({ name }) => name)
    .filter((name) => (ownValue(listings, name)?.expiresAt ?? 0) <= now);
}
