/**
 * A session of OAuth 2.1 with an MCP server, for the SDK's client. What that asks a client to keep
 * (its registration, tokens, an authorization that is under way) is one sealed text for each tenant
 * and server. Writers compare and swap, and whoever is late reads again, so that no rotated token is
 * lost.
 */
import { sha256Hex } from "../../crypto/sha256.ts";
import type { OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { ToolStop } from "../../run/value/failure.ts";
import { canonicalJson } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { AuthProvider, Challenge } from "./connect.ts";
import { hidden } from "../tools/registered/secrets.ts";
import type { ResolvedServer } from "./resolve.ts";
import type { Sealer } from "../../crypto/seal.ts";
import { sleep } from "../../timing.ts";

/** How long a browser has to come back. */
const PENDING_MS = 600_000;
/** A refresh token that is refused may have been used up by another run a moment before. */
const REPLACED_TRIES = 4;
const REPLACED_PAUSE_MS = 150;
/** How often a write is tried against others. */
const MAX_SWAPS = 10;

/** Where sealed texts are kept; see `store/mcp/tokens.ts`. */
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

/** What an OAuth session works with. */
export interface OAuthHost {
  readonly store: TokenStore;
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** Whose session it is, and with whom. */
export interface OAuthParty {
  readonly tenantId: string;
  readonly definition: McpServerDefinition;
  readonly server: Pick<ResolvedServer, "url" | "headers" | "clientSecret">;
}

/** What is kept of a server, sealed. */
interface Kept {
  /** What it was agreed with: for another server or client it is worth nothing. */
  readonly audience: string;
  readonly client?: OAuthClientInformationMixed;
  readonly tokens?: OAuthTokens;
  /** What a run was refused for, and the next authorization asks for. */
  readonly wanted?: { readonly scope?: string; readonly resource_metadata?: string };
  readonly pending?: {
    readonly code_verifier: string;
    readonly redirect_url: string;
    readonly scope?: string;
    readonly discovery?: OAuthDiscoveryState;
  };
}

/** What the session is for: a run, where nobody can be asked, or one of the two halves of asking. */
export type OAuthMode =
  | { readonly kind: "run" }
  | { readonly kind: "authorize"; readonly redirectUrl: string; readonly anew: boolean }
  | { readonly kind: "exchange" };

/** A session of the SDK's OAuth client with one server. */
export class OAuthSession implements AuthProvider {
  readonly clientMetadataUrl?: string;
  /** Where a person has to go, once the flow came to that. */
  authorizationUrl: URL | null = null;
  readonly #host: OAuthHost;
  readonly #party: OAuthParty;
  readonly #mode: OAuthMode;
  readonly #audience: string;
  /** What was read last; null: has to be read. */
  #read: { readonly kept: Kept; readonly version: number } | null = null;
  #challenge: Challenge | null = null;
  /** What was sent, or may be, and must be told to nobody. */
  readonly #sent = new Map<string, string>();
  #discovery: OAuthDiscoveryState | null = null;
  #state = "";
  #verifier = "";

  constructor(host: OAuthHost, party: OAuthParty, mode: OAuthMode) {
    this.#host = host;
    this.#party = party;
    this.#mode = mode;
    const { client_id, grant } = this.#oauth;
    this.#audience = sha256Hex(canonicalJson([party.server.url, client_id ?? null, grant ?? null]));
    if (isDocument(client_id)) {
      this.clientMetadataUrl = client_id;
    }
  }

  get #oauth(): NonNullable<McpServerDefinition["oauth"]> {
    return this.#party.definition.oauth ?? {};
  }

  get #unattended(): boolean {
    return this.#oauth.grant === "client_credentials";
  }

  /** What an earlier run was refused for, or null. */
  async wanted(): Promise<Kept["wanted"] | null> {
    return (await this.#load()).kept.wanted ?? null;
  }

  challenged(challenge: Challenge): void {
    this.#challenge = challenge;
  }

  get redirectUrl(): string | undefined {
    if (this.#unattended) {
      return undefined;
    }
    // Of a run nobody is ever redirected: the address only says that somebody could be.
    return this.#mode.kind === "authorize" ? this.#mode.redirectUrl : (this.#redirected ?? NOWHERE);
  }

  get #redirected(): string | undefined {
    return this.#read?.kept.pending?.redirect_url;
  }

  get clientMetadata(): OAuthClientMetadata {
    const { redirectUrl } = this;
    const scope = this.#scope();
    const metadata = {
      client_name: "Opspawn",
      application_type: isLoopback(redirectUrl) ? "native" : "web",
      redirect_uris: redirectUrl === undefined ? [] : [redirectUrl],
      grant_types: this.#unattended
        ? ["client_credentials"]
        : ["authorization_code", "refresh_token"],
      response_types: this.#unattended ? [] : ["code"],
      ...(scope === null ? {} : { scope }),
    };
    return metadata;
  }

  /** The scope to ask for, where it is not the server's word that counts. */
  #scope(): string | null {
    return this.#more() ?? this.#read?.kept.wanted?.scope ?? this.#oauth.scope ?? null;
  }

  /** What was granted and what the server said is lacking: a new grant takes the place of the old. */
  #more(): string | null {
    const { error, scope = null } = this.#challenge ?? {};
    if (error !== "insufficient_scope" || scope === null) {
      return null;
    }
    const granted = this.#read?.kept.tokens?.scope ?? "";
    return [...new Set(`${granted} ${scope}`.split(" "))].filter((one) => one !== "").join(" ");
  }

  state(): string {
    this.#state = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
    return this.#state;
  }

  async clientInformation(): Promise<OAuthClientInformationMixed | undefined> {
    const { client } = (await this.#load()).kept;
    const { client_id } = this.#oauth;
    if (client_id !== undefined && !isDocument(client_id)) {
      const { clientSecret } = this.#party.server;
      const issuer = client?.client_id === client_id ? client.issuer : undefined;
      return {
        client_id,
        ...(clientSecret === null ? {} : { client_secret: clientSecret }),
        ...(issuer === undefined ? {} : { issuer }),
      };
    }
    if (client === undefined && this.#mode.kind === "run" && !this.#unattended) {
      // A client that is registered here could not tell where a browser comes back to.
      throw await this.#stop();
    }
    return client;
  }

  async saveClientInformation({ ...client }: OAuthClientInformationMixed): Promise<void> {
    // A secret of the settings stays there.
    if (client.client_id === this.#oauth.client_id) {
      delete client.client_secret;
    }
    await this.#update((kept) => ({ ...kept, client }));
  }

  /** What somebody says, without the tokens that they were sent. */
  hide(text: string): string {
    return hidden(text, this.#sent);
  }

  #remember({ access_token, refresh_token }: OAuthTokens): void {
    this.#sent.set(`token ${this.#sent.size}`, access_token);
    if (refresh_token !== undefined) {
      this.#sent.set(`token ${this.#sent.size}`, refresh_token);
    }
  }

  async tokens(): Promise<OAuthTokens | undefined> {
    const { tokens } = (await this.#load()).kept;
    if (tokens === undefined) {
      return undefined;
    }
    this.#remember(tokens);
    const { refresh_token: _refresh, ...access } = tokens;
    // A refreshed token has the scope of the one before: for another, a person has to be asked.
    const more = this.#challenge?.error === "insufficient_scope";
    const anew = this.#mode.kind === "authorize" && this.#mode.anew;
    return more || anew ? access : tokens;
  }

  async saveTokens(tokens: OAuthTokens): Promise<void> {
    this.#remember(tokens);
    const started = this.#read?.kept.tokens?.access_token;
    const agreed = this.#mode.kind === "exchange" || this.#unattended;
    await this.#update(({ pending, wanted, ...kept }) => {
      if (!agreed && kept.tokens !== undefined && kept.tokens.access_token !== started) {
        // Somebody was faster; theirs are as good, and may be the only ones that are left.
        return null;
      }
      // An answer without a scope grants what was asked for.
      const scope = tokens.scope ?? (agreed ? pending?.scope : kept.tokens?.scope);
      return {
        ...kept,
        tokens: { ...tokens, ...(scope === undefined ? {} : { scope }) },
        ...(agreed || pending === undefined ? {} : { pending }),
        ...(agreed || wanted === undefined ? {} : { wanted }),
      };
    });
    this.#challenge = null;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    if (this.#mode.kind !== "authorize") {
      throw await this.#stop();
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      throw new ToolStop("authorization_failed", "The authorization server has no web address.");
    }
    const wanted = this.#scope();
    if (wanted !== null) {
      url.searchParams.set("scope", wanted);
    }
    const scope = url.searchParams.get("scope");
    const { redirectUrl } = this.#mode;
    await this.#update(
      (kept) => ({
        ...kept,
        pending: {
          code_verifier: this.#verifier,
          redirect_url: redirectUrl,
          ...(scope === null ? {} : { scope }),
          ...(this.#discovery === null ? {} : { discovery: this.#discovery }),
        },
      }),
      { hash: stateHash(this.#state), expires_at: this.expiresAt },
    );
    this.authorizationUrl = url;
  }

  /** Until when a browser may come back. */
  get expiresAt(): string {
    return new Date(this.#host.now() + PENDING_MS).toISOString();
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  async codeVerifier(): Promise<string> {
    return (await this.#load()).kept.pending?.code_verifier ?? "";
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    const { authorizationServerUrl, authorizationServerMetadata } = state;
    const issuer = authorizationServerMetadata?.issuer;
    if (issuer !== undefined && !sameUrl(issuer, authorizationServerUrl)) {
      throw new ToolStop(
        "authorization_failed",
        `The metadata of ${authorizationServerUrl} is of another authorization server.`,
      );
    }
    this.#discovery = state;
  }

  /** Found anew for each flow, since a server may move; the second half has what the first found. */
  async discoveryState(): Promise<OAuthDiscoveryState | undefined> {
    // The SDK begins with this: others may have written since the last time.
    this.#read = null;
    const { kept } = await this.#load();
    return this.#mode.kind === "exchange" ? kept.pending?.discovery : undefined;
  }

  /** Whether there is an authorization to be completed, and by whom its answer must be signed. */
  async pending(): Promise<{ readonly issuer: string | null; readonly says: boolean } | null> {
    const { pending } = (await this.#load()).kept;
    const metadata = pending?.discovery?.authorizationServerMetadata;
    return pending === undefined
      ? null
      : {
          issuer: metadata?.issuer ?? null,
          says:
            metadata !== undefined &&
            Reflect.get(metadata, "authorization_response_iss_parameter_supported") === true,
        };
  }

  prepareTokenRequest(): URLSearchParams | undefined {
    if (!this.#unattended) {
      return undefined;
    }
    const scope = this.#scope();
    return new URLSearchParams({
      grant_type: "client_credentials",
      ...(scope === null ? {} : { scope }),
    });
  }

  async invalidateCredentials(
    scope: "all" | "client" | "tokens" | "verifier" | "discovery",
  ): Promise<void> {
    const refused = this.#read?.kept.tokens?.access_token;
    if (scope === "tokens" && (await this.#replaced(refused))) {
      return;
    }
    await this.#update(({ client, tokens, ...kept }) => {
      // What was refused may have been replaced by another's refresh meanwhile.
      const keepsTokens = tokens?.access_token !== refused || !/^(?:all|tokens)$/.test(scope);
      const keepsClient = scope !== "all" && scope !== "client";
      return {
        ...kept,
        ...(keepsTokens && tokens !== undefined ? { tokens } : {}),
        ...(keepsClient && client !== undefined ? { client } : {}),
      };
    });
  }

  /** Whether somebody else's refresh took the place of a token, or does within a moment. */
  async #replaced(refused: string | undefined): Promise<boolean> {
    for (let tries = 0; tries < REPLACED_TRIES; tries += 1) {
      this.#read = null;
      const { tokens } = (await this.#load()).kept;
      if (tokens !== undefined && tokens.access_token !== refused) {
        return true;
      }
      await sleep(REPLACED_PAUSE_MS);
    }
    return false;
  }

  /** What a run is told, after noting what it would have needed. */
  async #stop(): Promise<ToolStop> {
    const scope = this.#more();
    const resource_metadata = this.#challenge?.resourceMetadataUrl ?? null;
    const wanted = {
      ...(scope === null ? {} : { scope }),
      ...(resource_metadata === null ? {} : { resource_metadata }),
    };
    if (this.#challenge?.error === "insufficient_scope") {
      await this.#update((kept) =>
        canonicalJson(kept.wanted ?? null) === canonicalJson(wanted) ? null : { ...kept, wanted },
      );
    }
    const { name } = this.#party.definition;
    return new ToolStop(
      "authorization_required",
      `A person has to allow the use of the MCP server ${name} first: POST /api/v1/mcp/servers/${name}/authorize gives the address to open.`,
    );
  }

  async #load(): Promise<{ readonly kept: Kept; readonly version: number }> {
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
   * Writes what becomes of what is kept, against others who do the same.
   * @param change null: it stays as it is; it may be asked several times
   */
  async #update(
    change: (kept: Kept) => Kept | null,
    pending?: { readonly hash: string; readonly expires_at: string },
  ): Promise<void> {
    const { tenantId, definition } = this.#party;
    const { store, sealer, now } = this.#host;
    const place = placeOf(tenantId, definition.name);
    for (let tries = 0; tries < MAX_SWAPS; tries += 1) {
      const { kept, version } = await this.#load();
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

/** An address that nobody is sent to. */
const NOWHERE = "https://localhost/";

/** What is stored of a state: who reads the database cannot come back with it. */
export function stateHash(state: string): string {
  return sha256Hex(`mcp oauth state\n${state}`);
}

function placeOf(tenantId: string, server: string): string {
  return `mcp_token\n${tenantId}\n${server}`;
}

/** A client id that is the address of a document about the client. */
function isDocument(clientId: string | undefined): clientId is string {
  const url = clientId === undefined ? null : URL.parse(clientId);
  return url?.protocol === "https:" && url.pathname !== "/";
}

/** Whether a browser comes back to its own machine, which only a native client may ask for. */
function isLoopback(address: string | undefined): boolean {
  const host = address === undefined ? null : URL.parse(address)?.hostname;
  return host === "localhost" || host === "127.0.0.1" || host === "[::1]";
}

function sameUrl(one: string, other: string): boolean {
  return withoutSlash(one) === withoutSlash(other);
}

function withoutSlash(url: string): string {
  return (URL.parse(url)?.href ?? url).replace(/\/$/, "");
}
