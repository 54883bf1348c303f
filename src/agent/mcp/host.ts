/**
 * The MCP servers of one run: their catalogues as events, their tools, and the sessions that call
 * the tools during a slice.
 */
import type { NewEvent } from "../../run/log/event.ts";
import { clipMessage, isToolFailure, ToolStop } from "../../run/value/failure.ts";
import { ownValue, type JsonValue } from "../../run/value/json.ts";
import type { CatalogueHead, McpHealth, McpTool } from "../../run/spec/mcp-catalogue.ts";
import type { McpServerListings, McpListed } from "../../run/value/mcp-listing.ts";
import { mcpToolMode, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { goalOf, type RunSpec } from "../../run/spec/spec.ts";
import { withTools, type Toolbox } from "../tools/registry.ts";
import { downStop, type DownServers } from "./down.ts";
import { MAX_OFFERED_CHARS, MAX_OFFERED_TOOLS, selectTools } from "./select.ts";
import { McpSessions, type Reach } from "./sessions.ts";
import {
  patternsFor,
  remoteTools,
  type CataloguePage,
  type McpCaller,
  type RemoteTools,
} from "./toolbox.ts";
import { unlessAborted } from "../../timing.ts";

/** The known state of a server. */
export type Known = Pick<CatalogueHead, "parts" | "capabilities" | "expires_at"> & {
  readonly health: Omit<McpHealth, "checked_at">;
  /** Null if it could not be listed. */
  readonly revision: string | null;
};

/** Cached catalogues of servers, shared by all runs of a tenant. */
export interface Catalogues extends DownServers {
  /**
   * Returns a server's catalogue, from the cache while it is fresh. Does not fail if the server
   * cannot be reached: the result's `health` then has the reason.
   */
  current(definition: McpServerDefinition, signal: AbortSignal): Promise<Known>;
  /**
   * Yields the tools of a catalogue in parts of bounded size.
   * @throws Error if another listing has replaced it
   */
  tools(definition: McpServerDefinition, known: Known): AsyncIterable<readonly McpTool[]>;
  /** Called when the server reports that its tools have changed. */
  changed(definition: McpServerDefinition): Promise<void>;
}

export interface McpParts {
  readonly catalogues: Catalogues;
  readonly reach: Reach;
  now(): number;
  fault(name: string, error: unknown): void;
}

export interface McpHost {
  /** Returns the known tools of the servers. */
  toolsAt(listings: McpServerListings): RemoteTools;
  /**
   * Lists these servers. Does not reject: a server that cannot be listed is reported in its event.
   */
  list(
    servers: readonly string[],
    listings: McpServerListings,
    signal: AbortSignal,
  ): Promise<readonly NewEvent[]>;
  close(): Promise<void>;
}

/** The tools and servers of a run, during a slice. */
export interface ToolsAndServers {
  toolboxAt(state: { readonly mcp: McpServerListings }): Toolbox;
  listServers(
    servers: readonly string[],
    state: { readonly mcp: McpServerListings },
    signal: AbortSignal,
  ): Promise<readonly NewEvent[]>;
  close(): Promise<void>;
}

/** Combines the tools of a run with those of its servers. The run's own tools have precedence. */
export function withServers(own: Toolbox, host: McpHost | null): ToolsAndServers {
  if (host === null) {
    return { toolboxAt: () => own, listServers: () => Promise.resolve([]), close: async () => {} };
  }
  let last: { readonly listings: McpServerListings; readonly box: Toolbox } | null = null;
  return {
    toolboxAt({ mcp }) {
      if (last?.listings !== mcp) {
        last = { listings: mcp, box: withTools(own, host.toolsAt(mcp)) };
      }
      return last.box;
    },
    listServers: (servers, { mcp }, signal) => host.list(servers, mcp, signal),
    close: () => host.close(),
  };
}

/** Maximum number of tools described at once if the model sees them only through the proxy. */
const PROXY_TOOLS = 40;
const PROXY_CHARS = 24_000;
/** Delay before a failed lookup is repeated, in milliseconds. */
const LOOK_AGAIN_MS = 15_000;
/** Maximum number of servers of a run that are listed concurrently. */
const LISTED_AT_ONCE = 3;
/** Maximum size of a page of a catalogue, when the model lists it. */
const PAGE_TOOLS = 25;
const PAGE_CHARS = 32_000;

/** Creates the host for the servers of a run. Connects only when a tool is called. */
export function mcpHost(spec: RunSpec, parts: McpParts): McpHost {
  const sessions = new McpSessions(parts.reach, parts.catalogues, {
    onlistchanged(definition) {
      parts.catalogues
        .changed(definition)
        .catch((error: unknown) => parts.fault("mcp.changed", error));
    },
    fault: (name, error) => parts.fault(name, error),
  });
  const servers = new Map((spec.mcp_servers ?? []).map((server) => [server.name, server]));
  const caller: McpCaller = {
    request: (definition, request, context) => sessions.request(definition, request, context),
    catalogue: (definition, page, signal) => pageOf(parts.catalogues, definition, page, signal),
  };
  return {
    toolsAt: (listings) => remoteTools(spec, listings, caller),
    async list(names, listings, signal) {
      const listed: NewEvent[] = [];
      const left = names.flatMap((name) => servers.get(name) ?? []).values();
      // A catalogue can be large, so only a few are in memory at once.
      const worker = async (): Promise<void> => {
        for (const definition of left) {
          const data = await listing(spec, definition, listings, parts, signal);
          listed.push({ type: "mcp.listed", data });
        }
      };
      await Promise.all(Array.from({ length: LISTED_AT_ONCE }, worker));
      return listed;
    },
    close: () => sessions.close(),
  };
}

async function listing(
  spec: RunSpec,
  definition: McpServerDefinition,
  listings: McpServerListings,
  parts: McpParts,
  signal: AbortSignal,
): Promise<McpListed> {
  const { name: server } = definition;
  const { catalogues } = parts;
  try {
    signal.throwIfAborted();
    const known = await unlessAborted(catalogues.current(definition, signal), signal);
    const { expires_at, revision, health } = known;
    if (health.status !== "ok" || revision === null) {
      const code = health.code ?? "server_unreachable";
      const message = clipMessage(health.message ?? "It did not answer as it should.");
      return { server, expires_at, error: { code, message } };
    }
    if (ownValue(listings, server)?.revision === revision) {
      return { server, expires_at, revision };
    }
    const { tools, total, effects } = await selectTools(
      definition,
      catalogues.tools(definition, known),
      choiceOf(spec, server),
    );
    const offers = (["resources", "prompts"] as const).filter((one) => one in known.capabilities);
    return {
      server,
      expires_at,
      revision,
      tools: [...tools],
      total,
      ...(Object.keys(effects).length > 0 && { effects }),
      ...(offers.length > 0 && { offers }),
    };
  } catch (error) {
    if (!signal.aborted) {
      parts.fault("mcp.list", error);
    }
    const message = "What the server offers could not be looked up.";
    const expires_at = new Date(parts.now() + LOOK_AGAIN_MS).toISOString();
    return { server, expires_at, error: { code: "catalogue_unavailable", message } };
  }
}

/** The run's servers share the number of offered tools equally. */
function choiceOf(spec: RunSpec, server: string) {
  const { direct } = mcpToolMode(spec.config, spec.input_data);
  const share = (most: number) => Math.floor(most / Math.max(1, spec.mcp_servers?.length ?? 1));
  return {
    patterns: patternsFor(spec.config.tools, server),
    goal: goalOf(spec.input_data),
    maxTools: share(direct ? MAX_OFFERED_TOOLS : PROXY_TOOLS),
    maxChars: share(direct ? MAX_OFFERED_CHARS : PROXY_CHARS),
  };
}

/** Returns a page of tools that match the query. @throws ToolStop if the server cannot be listed */
async function pageOf(
  catalogues: Catalogues,
  definition: McpServerDefinition,
  { query, after }: CataloguePage,
  signal: AbortSignal,
): Promise<JsonValue> {
  const down = await catalogues.down(definition);
  if (down !== null) {
    throw downStop(definition, down);
  }
  const known = await catalogues.current(definition, signal);
  const { status, code, message } = known.health;
  if (status !== "ok") {
    throw new ToolStop(isToolFailure(code) ? code : "server_unreachable", message ?? undefined);
  }
  const words = (query ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const tools: JsonValue[] = [];
  let fits = 0;
  let chars = 0;
  for await (const part of catalogues.tools(definition, known)) {
    for (const { name, description, inputSchema } of part) {
      const text = `${name} ${description}`.toLowerCase();
      if (!words.every((word) => text.includes(word))) {
        continue;
      }
      fits += 1;
      if (fits <= after) {
        continue;
      }
      const tool = { name, description, input_schema: inputSchema };
      chars += JSON.stringify(tool).length;
      if (tools.length > 0 && (tools.length >= PAGE_TOOLS || chars > PAGE_CHARS)) {
        return { tools, next_cursor: String(after + tools.length) };
      }
      tools.push(tool);
    }
  }
  return { tools, next_cursor: null };
}
