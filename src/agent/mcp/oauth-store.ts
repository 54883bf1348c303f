/**
 * Stores the OAuth state of one tenant and MCP server as one encrypted text: registration, tokens,
 * and a pending authorization. Writers compare and swap, and read again after a conflict, so that
 * no rotated token is lost.
 */
import type { OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import type { Sealer } from "../../crypto/seal.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { ToolStop } from "../../run/value/failure.ts";
import type { ResolvedServer } from "./resolve.ts";

/** Maximum attempts of a write that conflicts with concurrent writes. */
const MAX_SWAPS = 10;

/** Stores sealed texts; see `store/mcp/tokens.ts`. */
export interface TokenStore {
  token(
    tenantId: string,
    server: string,
  ): Promise<{ readonly sealed: string; readonly version: number } | null>;
  saveToken(
    tenantId: string,
    server: string,
    text: { readonly sealed: string; readonly version: number },
    now: string,
    pending?: { readonly hash: string; readonly expires_at: string },
  ): Promise<boolean>;
}

/** The dependencies of an OAuth session. */
export interface OAuthHost {
  readonly store: TokenStore;
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** The tenant and the server of a session. */
export interface OAuthParty {
  readonly tenantId: string;
  readonly definition: McpServerDefinition;
  readonly server: Pick<ResolvedServer, "url" | "headers" | "clientSecret">;
}

/** The stored state of a server, encrypted at rest. */
export interface Kept {
  /** Identifies the server and client. The state is invalid for any other server or client. */
  readonly audience: string;
  readonly client?: OAuthClientInformationMixed;
  readonly tokens?: OAuthTokens;
  /** The scope that a run lacked. The next authorization requests it. */
  readonly wanted?: { readonly scope?: string; readonly resource_metadata?: string };
  readonly pending?: {
    readonly code_verifier: string;
    readonly redirect_url: string;
    readonly scope?: string;
    readonly discovery?: OAuthDiscoveryState;
  };
}

interface Version {
  readonly kept: Kept;
  readonly version: number;
}

/** The stored authorization of one party. */
export class OAuthStore {
  readonly #host: OAuthHost;
  readonly #party: OAuthParty;
  readonly #audience: string;
  #read: Version | null = null;

  /** @param audience state stored for another audience counts as absent */
  constructor(host: OAuthHost, party: OAuthParty, audience: string) {
    this.#host = host;
    this.#party = party;
    this.#audience = audience;
  }

  /**
   * Returns the state that was read or written last; null before the first read and after `forget`.
   */
  get last(): Kept | null {
    return this.#read?.kept ?? null;
  }

  /** Makes the next `load` read again. */
  forget(): void {
    this.#read = null;
  }

  async load(): Promise<Kept> {
    return (await this.#current()).kept;
  }

  async #current(): Promise<Version> {
    if (this.#read !== null) {
      return this.#read;
    }
    const { tenantId, definition } = this.#party;
    const row = await this.#host.store.token(tenantId, definition.name);
    const text =
      row === null
        ? null
        : await this.#host.sealer.open(row.sealed, placeOf(tenantId, definition.name));
    const kept = text === null ? null : (JSON.parse(text) as Kept);
    this.#read = {
      kept: kept?.audience === this.#audience ? kept : { audience: this.#audience },
      version: row?.version ?? 0,
    };
    return this.#read;
  }

  /**
   * Replaces the state by compare and swap.
   * @param change returns the new state, or null to leave it unchanged; may be called several times
   * @param pending the hash of a state that a browser may return with
   * @throws ToolStop if other writers were faster each time
   */
  async update(
    change: (kept: Kept) => Kept | null,
    pending?: { readonly hash: string; readonly expires_at: string },
  ): Promise<void> {
    const { tenantId, definition } = this.#party;
    const { store, sealer, now } = this.#host;
    const place = placeOf(tenantId, definition.name);
    for (let tries = 0; tries < MAX_SWAPS; tries += 1) {
      const { kept, version } = await this.#current();
      const next = change(kept);
      if (next === null) {
        return;
      }
      const sealed = await sealer.seal(JSON.stringify(next), place);
      const at = new Date(now()).toISOString();
      const text = { sealed, version };
      if (await store.saveToken(tenantId, definition.name, text, at, pending)) {
        this.#read = { kept: next, version: version + 1 };
        return;
      }
      this.#read = null;
    }
    throw new ToolStop("authorization_failed", "The tokens of the server are being changed.");
  }
}

function placeOf(tenantId: string, server: string): string {
  return `mcp_token\n${tenantId}\n${server}`;
}
