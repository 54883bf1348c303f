/**
 * The OAuth 2.1 flow with an MCP server, as a provider for the SDK's client. `oauth-store.ts`
 * stores the state that outlives the flow.
 */
import { sha256Hex } from "../../crypto/sha256.ts";
import type { OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { defined } from "../../run/value/defined.ts";
import { ToolStop } from "../../run/value/failure.ts";
import { canonicalJson } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { AuthProvider, Challenge } from "./connect.ts";
import { hidden } from "../tools/redact.ts";
import { OAuthStore, type Kept, type OAuthHost, type OAuthParty } from "./oauth-store.ts";
import { sleep } from "../../timing.ts";

/** Maximum time for a browser to return. */
const PENDING_MS = 600_000;
/** A rejected refresh token may have been used by another run just before. */
const REPLACED_TRIES = 4;
const REPLACED_PAUSE_MS = 150;
/**
 * The purpose of the session: a run, in which no person can be asked, or one half of an
 * authorization. `newGrant` does not refresh the old tokens.
 */
export type OAuthMode =
  | { readonly kind: "run" }
  | { readonly kind: "authorize"; readonly redirectUrl: string; readonly newGrant: boolean }
  | { readonly kind: "exchange" };

/** A session of the SDK's OAuth client with one server. */
export class OAuthSession implements AuthProvider {
  readonly clientMetadataUrl?: string;
  /** The URL that a person must open, once the flow requires it. */
  authorizationUrl: URL | null = null;
  readonly #host: OAuthHost;
  readonly #party: OAuthParty;
  readonly #mode: OAuthMode;
  readonly #store: OAuthStore;
  #challenge: Challenge | null = null;
  /** Secrets that were or may be sent, and must not be disclosed. */
  readonly #sent = new Map<string, string>();
  #discovery: OAuthDiscoveryState | null = null;
  #state = "";
  #verifier = "";

  constructor(host: OAuthHost, party: OAuthParty, mode: OAuthMode) {
    this.#host = host;
    this.#party = party;
    this.#mode = mode;
    const { client_id, grant } = this.#oauth;
    const audience = canonicalJson([party.server.url, client_id ?? null, grant ?? null]);
    this.#store = new OAuthStore(host, party, sha256Hex(audience));
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

  /** Returns the scope that an earlier run lacked, or null. */
  async wanted(): Promise<Kept["wanted"] | null> {
    return (await this.#store.load()).wanted ?? null;
  }

  challenged(challenge: Challenge): void {
    this.#challenge = challenge;
  }

  get redirectUrl(): string | undefined {
    if (this.#unattended) {
      return undefined;
    }
    // A run never redirects. The URL only declares that a redirect is possible.
    return this.#mode.kind === "authorize" ? this.#mode.redirectUrl : (this.#redirected ?? NOWHERE);
  }

  get #redirected(): string | undefined {
    return this.#store.last?.pending?.redirect_url;
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
      ...defined({ scope: scope ?? undefined }),
    };
    return metadata;
  }

  /** Returns the scope to request, if the server does not determine it. */
  #scope(): string | null {
    return this.#more() ?? this.#store.last?.wanted?.scope ?? this.#oauth.scope ?? null;
  }

  /**
   * Returns the granted scope plus the scope that the server reported as missing: a new grant
   * replaces the old one.
   */
  #more(): string | null {
    const { error, scope = null } = this.#challenge ?? {};
    if (error !== "insufficient_scope" || scope === null) {
      return null;
    }
    const granted = this.#store.last?.tokens?.scope ?? "";
    return [...new Set(`${granted} ${scope}`.split(" "))].filter((one) => one !== "").join(" ");
  }

  state(): string {
    this.#state = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
    return this.#state;
  }

  async clientInformation(): Promise<OAuthClientInformationMixed | undefined> {
    const { client } = await this.#store.load();
    const { client_id } = this.#oauth;
    if (client_id !== undefined && !isDocument(client_id)) {
      const { clientSecret } = this.#party.server;
      const issuer = client?.client_id === client_id ? client.issuer : undefined;
      return {
        client_id,
        ...defined({ client_secret: clientSecret ?? undefined, issuer }),
      };
    }
    if (client === undefined && this.#mode.kind === "run" && !this.#unattended) {
      // A client registered here would have no redirect URL.
      throw await this.#stop();
    }
    return client;
  }

  async saveClientInformation({ ...client }: OAuthClientInformationMixed): Promise<void> {
    // A secret from the settings is not stored.
    if (client.client_id === this.#oauth.client_id) {
      delete client.client_secret;
    }
    await this.#store.update((kept) => ({ ...kept, client }));
  }

  /** Removes the sent tokens from a text. */
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
    const { tokens } = await this.#store.load();
    if (tokens === undefined) {
      return undefined;
    }
    this.#remember(tokens);
    const { refresh_token: _refresh, ...access } = tokens;
    // A refreshed token has the scope of the previous one. A different scope requires a person's
    // consent.
    const more = this.#challenge?.error === "insufficient_scope";
    const newGrant = this.#mode.kind === "authorize" && this.#mode.newGrant;
    return more || newGrant ? access : tokens;
  }

  async saveTokens(tokens: OAuthTokens): Promise<void> {
    this.#remember(tokens);
    const started = this.#store.last?.tokens?.access_token;
    const agreed = this.#mode.kind === "exchange" || this.#unattended;
    await this.#store.update(({ pending, wanted, ...kept }) => {
      if (!agreed && kept.tokens !== undefined && kept.tokens.access_token !== started) {
        // Another writer was faster. Its tokens are equally valid, and may be the only valid ones.
        return null;
      }
      // A response without a scope grants the requested scope.
      const scope = tokens.scope ?? (agreed ? pending?.scope : kept.tokens?.scope);
      return {
        ...kept,
        tokens: { ...tokens, ...defined({ scope }) },
        ...(!agreed && defined({ pending, wanted })),
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
    await this.#store.update(
      (kept) => ({
        ...kept,
        pending: {
          code_verifier: this.#verifier,
          redirect_url: redirectUrl,
          ...defined({ scope: scope ?? undefined, discovery: this.#discovery ?? undefined }),
        },
      }),
      { hash: stateHash(this.#state), expires_at: this.expiresAt },
    );
    this.authorizationUrl = url;
  }

  /** The time until which a browser may return. */
  get expiresAt(): string {
    return new Date(this.#host.now() + PENDING_MS).toISOString();
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  async codeVerifier(): Promise<string> {
    return (await this.#store.load()).pending?.code_verifier ?? "";
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

  /**
   * Discovers again for each flow, since a server may move. The second half of a flow reuses the
   * result of the first.
   */
  async discoveryState(): Promise<OAuthDiscoveryState | undefined> {
    // The SDK calls this first. Other writers may have changed the row since the last read.
    this.#store.forget();
    const kept = await this.#store.load();
    return this.#mode.kind === "exchange" ? kept.pending?.discovery : undefined;
  }

  /**
   * Returns the pending authorization, if any: the issuer that must send the response, and whether
   * the server says that it includes `iss`.
   */
  async pending(): Promise<{ readonly issuer: string | null; readonly says: boolean } | null> {
    const { pending } = await this.#store.load();
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
      ...defined({ scope: scope ?? undefined }),
    });
  }

  async invalidateCredentials(
    scope: "all" | "client" | "tokens" | "verifier" | "discovery",
  ): Promise<void> {
    const refused = this.#store.last?.tokens?.access_token;
    if (scope === "tokens" && (await this.#replaced(refused))) {
      return;
    }
    await this.#store.update(({ client, tokens, ...kept }) => {
      // Another run's refresh may have replaced the rejected token.
      const keepsTokens = tokens?.access_token !== refused || !/^(?:all|tokens)$/.test(scope);
      const keepsClient = scope !== "all" && scope !== "client";
      return {
        ...kept,
        ...(keepsTokens && defined({ tokens })),
        ...(keepsClient && defined({ client })),
      };
    });
  }

  /** Returns whether another run's refresh has replaced a token, or does so within a moment. */
  async #replaced(refused: string | undefined): Promise<boolean> {
    for (let tries = 0; tries < REPLACED_TRIES; tries += 1) {
      this.#store.forget();
      const { tokens } = await this.#store.load();
      if (tokens !== undefined && tokens.access_token !== refused) {
        return true;
      }
      await sleep(REPLACED_PAUSE_MS);
    }
    return false;
  }

  /** Returns the failure for a run. First stores the scope that the run needed. */
  async #stop(): Promise<ToolStop> {
    const scope = this.#more();
    const resource_metadata = this.#challenge?.resourceMetadataUrl ?? null;
    const wanted = defined({
      scope: scope ?? undefined,
      resource_metadata: resource_metadata ?? undefined,
    });
    if (this.#challenge?.error === "insufficient_scope") {
      await this.#store.update((kept) =>
        canonicalJson(kept.wanted ?? null) === canonicalJson(wanted) ? null : { ...kept, wanted },
      );
    }
    const { name } = this.#party.definition;
    return new ToolStop(
      "authorization_required",
      `A person has to allow the use of the MCP server ${name} first: POST /api/v1/mcp/servers/${name}/authorize gives the address to open.`,
    );
  }
}

/** A URL that is never redirected to. */
const NOWHERE = "https://localhost/";

/** Returns the stored hash of a state: a reader of the database cannot return with the state. */
export function stateHash(state: string): string {
  return sha256Hex(`mcp oauth state\n${state}`);
}

/** Returns whether a client id is the URL of a client metadata document. */
function isDocument(clientId: string | undefined): clientId is string {
  const url = clientId === undefined ? null : URL.parse(clientId);
  return url?.protocol === "https:" && url.pathname !== "/";
}

/**
 * Returns whether a redirect URL is on the user's own machine, which only native clients may use.
 */
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
