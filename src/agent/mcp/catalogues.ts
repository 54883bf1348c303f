/**
 * Catalogues of a tenant's MCP servers. Reads them from the store, and from the servers when stale.
 */
import type { McpHealth, McpTool } from "../../run/spec/mcp-catalogue.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import { clipMessage, type ToolStop } from "../../run/value/failure.ts";
import { isNoResponse, type Down } from "./down.ts";
import type { Catalogues, Known } from "./host.ts";

/** Maximum delay before a server that failed is contacted again, unless the first is longer. */
const MAX_DOWN_MS = 300_000;

/** Stored catalogues and health of servers; see `store/mcp/catalogues.ts`. */
export interface CatalogueStore {
  state(
    tenantId: string,
    server: string,
  ): Promise<{
    readonly health: Known["health"] & { readonly checked_at: string };
    /** Consecutive failures. */
    readonly failures: number;
    readonly catalogue:
      | (Omit<Known, "health" | "revision"> & { readonly revision: string; readonly key: string })
      | null;
  } | null>;
  parts(tenantId: string, server: string, revision: string): AsyncIterable<string>;
  expire(tenantId: string, server: string, now: string): Promise<void>;
  saveHealth(tenantId: string, server: string, health: McpHealth): Promise<void>;
}

/** Lists a server and stores the result; see `registry.ts`. */
export interface Lister {
  keyOf(definition: McpServerDefinition): string;
  refresh(tenantId: string, definition: McpServerDefinition, signal: AbortSignal): Promise<void>;
}

/** The catalogues of one tenant. */
export class KeptCatalogues implements Catalogues {
  readonly #tenantId: string;
  readonly #store: CatalogueStore;
  readonly #lister: Lister;
  readonly #now: () => number;
  readonly #delay: Backoff;

  /**
   * @param downMs delay in milliseconds before a server that failed is contacted again. It doubles
   * with each failure, up to five minutes
   */
  constructor(
    tenantId: string,
    store: CatalogueStore,
    lister: Lister,
    downMs: number,
    now: () => number,
  ) {
    this.#tenantId = tenantId;
    this.#store = store;
    this.#lister = lister;
    this.#delay = { baseMs: downMs, maxMs: Math.max(downMs, MAX_DOWN_MS) };
    this.#now = now;
  }

  async current(definition: McpServerDefinition, signal: AbortSignal): Promise<Known> {
    const kept = await this.#kept(definition);
    if (kept !== null && this.#isFresh(kept)) {
      return kept;
    }
    await this.#lister.refresh(this.#tenantId, definition, signal);
    const asked = await this.#kept(definition);
    if (asked === null) {
      throw new Error(`nothing is kept of the MCP server ${definition.name} that was just asked`);
    }
    return asked;
  }

  async *tools(
    { name }: McpServerDefinition,
    { revision, parts }: Known,
  ): AsyncGenerator<readonly McpTool[]> {
    let came = 0;
    for await (const text of this.#store.parts(this.#tenantId, name, revision ?? "")) {
      came += 1;
      yield JSON.parse(text) as McpTool[];
    }
    if (came < parts) {
      throw new Error(`the MCP server ${name} was listed again during the read`);
    }
  }

  changed({ name }: McpServerDefinition): Promise<void> {
    return this.#store.expire(this.#tenantId, name, new Date(this.#now()).toISOString());
  }

  async down(definition: McpServerDefinition): Promise<Down | null> {
    const kept = await this.#kept(definition);
    const code = kept?.health.code ?? null;
    return kept !== null && code !== null && isNoResponse(code) && this.#isFresh(kept)
      ? { code, until: kept.expires_at }
      : null;
  }

  #isFresh({ expires_at }: Known): boolean {
    return Date.parse(expires_at) > this.#now();
  }

  failed({ name }: McpServerDefinition, { code, message }: ToolStop): Promise<void> {
    return this.#store.saveHealth(this.#tenantId, name, {
      status: "down",
      code,
      message: clipMessage(message),
      checked_at: new Date(this.#now()).toISOString(),
    });
  }

  async #kept(definition: McpServerDefinition): Promise<Known | null> {
    const state = await this.#store.state(this.#tenantId, definition.name);
    if (state === null) {
      return null;
    }
    const { health, catalogue, failures } = state;
    if (health.status !== "ok") {
      const expires = Date.parse(health.checked_at) + delayOf(this.#delay, failures);
      const expires_at = new Date(expires).toISOString();
      return { health, revision: null, parts: 0, capabilities: {}, expires_at };
    }
    return catalogue?.key === this.#lister.keyOf(definition) ? { ...catalogue, health } : null;
  }
}
