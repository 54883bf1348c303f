/**
 * The MCP servers of a deployment and its tenants: lists them, authorizes them, and connects runs
 * to them.
 */
import { defined } from "../../run/value/defined.ts";
import { clipMessage, ToolStop } from "../../run/value/failure.ts";
import type { CatalogueHead, McpHealth } from "../../run/spec/mcp-catalogue.ts";
import type { McpAuthorization, McpPort, McpRefusal } from "../../run/spec/mcp-port.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";
import type { HostRules } from "../fetch/host-rules.ts";
import { connect, type AuthProvider } from "./connect.ts";
import { LIST_BOUNDS, listTools, type ListBounds } from "./list.ts";
import { authorize, finish } from "./oauth.ts";
import { OAuthSession, stateHash } from "./oauth-session.ts";
import type { OAuthHost, OAuthParty, TokenStore } from "./oauth-store.ts";
import {
  catalogueKey,
  resolveServer,
  serverDefects,
  type ResolvedServer,
  type ServerSecrets,
} from "./resolve.ts";
import { sealerOf } from "../../crypto/seal.ts";
import type { Reach } from "./sessions.ts";
import { limited } from "../../timing.ts";

/** Stores the catalogue and the health of a server; see `store/mcp/catalogues.ts`. */
export interface ListingStore {
  saveCatalogue(
    tenantId: string,
    server: string,
    head: Omit<CatalogueHead, "parts">,
    parts: Iterable<string>,
  ): Promise<void>;
  saveHealth(tenantId: string, server: string, health: McpHealth): Promise<void>;
}

/**
 * Stores sealed tokens, and the OAuth states that browsers return with; see `store/mcp/tokens.ts`.
 */
export interface StateStore extends TokenStore {
  takeState(
    hash: string,
    now: string,
  ): Promise<{ readonly tenantId: string; readonly server: string } | null>;
}

export interface RegistryHost extends ServerSecrets {
  readonly listings: ListingStore;
  readonly tokens: StateStore;
  readonly fetch: GuardedFetch;
  readonly rules: HostRules;
  /** Encrypts tokens. Null: tokens cannot be stored. */
  readonly encryptionKey: Uint8Array<ArrayBuffer> | null;
  readonly catalogueTtlMs: number;
  readonly now: () => number;
  readonly bounds?: ListBounds;
}

export class McpRegistry implements McpPort {
  readonly #host: RegistryHost;
  readonly #oauth: OAuthHost | null;

  constructor(host: RegistryHost) {
    const { tokens: store, now, encryptionKey } = host;
    this.#host = host;
    this.#oauth =
      encryptionKey === null ? null : { store, now, sealer: sealerOf(encryptionKey, "mcp tokens") };
  }

  get keepsTokens(): boolean {
    return this.#oauth !== null;
  }

  defects(definition: McpServerDefinition): ReturnType<McpPort["defects"]> {
    return serverDefects(definition, this.#host.rules);
  }

  keyOf(definition: McpServerDefinition): string {
    return catalogueKey(definition);
  }

  async unusable(tenantId: string, definition: McpServerDefinition): Promise<McpRefusal | null> {
    try {
      await this.reach(tenantId, definition);
      return null;
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }

  /**
   * Returns a server for a run: with its secrets, and with tokens if it requires OAuth. If there
   * are no tokens and a person would have to consent, requests fail with `authorization_required`.
   * @throws ToolStop `secret_missing`, `oauth_unavailable`, `url_refused`
   */
  async reach(
    tenantId: string,
    definition: McpServerDefinition,
  ): Promise<{ readonly server: ResolvedServer; readonly authProvider?: AuthProvider }> {
    const server = await resolveServer(definition, tenantId, this.#host);
    if (definition.oauth === undefined) {
      return { server };
    }
    const party = { tenantId, definition, server };
    const session = new OAuthSession(this.#tokens(), party, { kind: "run" });
    const hide = (text: string): string => session.hide(server.hide(text));
    return { server: { ...server, hide }, authProvider: session };
  }

  /** Returns the function that connects a run to a server. @throws ToolStop as `reach` does */
  async way(tenantId: string, definition: McpServerDefinition): ReturnType<Reach> {
    const { server, authProvider } = await this.reach(tenantId, definition);
    const { url, headers, hide } = server;
    const { fetch } = this.#host;
    const oauth = authProvider === undefined ? {} : { authProvider };
    return {
      hide,
      connect: (hooks) => connect(definition, { url, headers, fetch, ...oauth, ...hooks }),
    };
  }

  /**
   * Lists a server and stores its catalogue and health. If the listing fails, stores only the
   * health.
   * @param signal aborts the attempt
   */
  async refresh(
    tenantId: string,
    definition: McpServerDefinition,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const { listings, fetch, now, catalogueTtlMs, bounds = LIST_BOUNDS } = this.#host;
    let hide = asItIs;
    try {
      const { server, authProvider } = await this.reach(tenantId, definition);
      ({ hide } = server);
      const { parts, ...listing } = await listTools(
        definition,
        {
          url: server.url,
          headers: server.headers,
          fetch,
          signal,
          hide,
          ...defined({ authProvider }),
        },
        bounds,
      );
      const at = now();
      const checked_at = new Date(at).toISOString();
      const head = {
        ...listing,
        key: catalogueKey(definition),
        fetched_at: checked_at,
        expires_at: new Date(at + catalogueTtlMs).toISOString(),
        health: { status: "ok" as const, code: null, message: null, checked_at },
      };
      await listings.saveCatalogue(tenantId, definition.name, head, parts);
    } catch (thrown) {
      const { code, message } = refusalOf(thrown);
      await listings.saveHealth(tenantId, definition.name, {
        status: UNAUTHORIZED.has(code) ? "unauthorized" : "down",
        code,
        message: clipMessage(hide(message)),
        checked_at: new Date(now()).toISOString(),
      });
    }
  }

  async authorize(
    tenantId: string,
    definition: McpServerDefinition,
    redirectUrl: string,
  ): Promise<McpAuthorization> {
    let hide = asItIs;
    try {
      const party = await this.#party(tenantId, definition);
      ({ hide } = party.server);
      const { fetch } = this.#host;
      const came = await this.#inTime((signal) =>
        authorize(this.#tokens(), party, { fetch, redirectUrl, signal }),
      );
      return came.authorized
        ? { kind: "authorized" }
        : { kind: "redirect", url: came.url, expiresAt: came.expiresAt };
    } catch (thrown) {
      const { code, message } = refusalOf(thrown);
      return { kind: "failed", code, message: clipMessage(hide(message)) };
    }
  }

  takeState(state: string): ReturnType<McpPort["takeState"]> {
    const { tokens, now } = this.#host;
    return tokens.takeState(stateHash(state), new Date(now()).toISOString());
  }

  async finish(
    tenantId: string,
    definition: McpServerDefinition,
    returned: Parameters<McpPort["finish"]>[2],
  ): Promise<McpRefusal | null> {
    let hide = asItIs;
    try {
      const party = await this.#party(tenantId, definition);
      ({ hide } = party.server);
      const { fetch } = this.#host;
      await this.#inTime((signal) => finish(this.#tokens(), party, returned, { fetch, signal }));
      return null;
    } catch (thrown) {
      const { code, message } = refusalOf(thrown);
      return { code, message: clipMessage(hide(message)) };
    }
  }

  async #party(
    tenantId: string,
    definition: McpServerDefinition,
  ): Promise<OAuthParty & { readonly server: ResolvedServer }> {
    return { tenantId, definition, server: await resolveServer(definition, tenantId, this.#host) };
  }

  #tokens(): OAuthHost {
    if (this.#oauth === null) {
      throw new ToolStop("oauth_unavailable");
    }
    return this.#oauth;
  }

  /** Applies a total timeout to work that makes several requests with their own timeouts. */
  #inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { totalMs } = this.#host.bounds ?? LIST_BOUNDS;
    const late = new ToolStop("tool_timeout", "The server did not answer in time.");
    return limited(totalMs, late, work);
  }
}

/** Hides nothing: no secret has been inserted yet. */
function asItIs(text: string): string {
  return text;
}

/** Codes that report that the caller is not authorized. */
const UNAUTHORIZED: ReadonlySet<string> = new Set([
  "unauthorized",
  "authorization_required",
  "authorization_failed",
]);

/** Returns a failure as data. @throws any other error: a bug */
function refusalOf(thrown: unknown): McpRefusal {
  if (thrown instanceof ToolStop) {
    return { code: thrown.code, message: thrown.message };
  }
  throw thrown;
}
