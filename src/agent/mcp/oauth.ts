/**
 * Lets a person authorize the use of an MCP server: creates the URL that they open, and handles the
 * return of their browser. `oauth-store.ts` stores the state in between.
 */
import { defined } from "../../run/value/defined.ts";
import { z } from "zod";
import { clipMessage, ToolStop } from "../../run/value/failure.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";
import { connect, serverFetch } from "./connect.ts";
import { stopOf } from "./failure.ts";
import { OAuthSession } from "./oauth-session.ts";
import type { OAuthHost, OAuthParty } from "./oauth-store.ts";

/** The result of an attempt to authorize with a server. */
export type Authorization =
  | { readonly authorized: true }
  | { readonly authorized: false; readonly url: string; readonly expiresAt: string };

/**
 * Tries to get access to a server. Returns the URL where a person can grant it, if one must.
 * @throws ToolStop
 */
export async function authorize(
  host: OAuthHost,
  party: OAuthParty,
  { fetch, redirectUrl, signal }: AuthorizeOptions,
): Promise<Authorization> {
  const { definition, server } = party;
  const first = new OAuthSession(host, party, { kind: "authorize", redirectUrl, newGrant: false });
  const wanted = await first.wanted();
  if (wanted === null || wanted === undefined) {
    const authorized = await admitted(definition, server, first, fetch, signal);
    return authorized ? { authorized } : redirected(first);
  }
  const again = new OAuthSession(host, party, { kind: "authorize", redirectUrl, newGrant: true });
  const result = await flow(again, server, fetch, signal, {
    ...defined({ scope: wanted.scope }),
    ...(wanted.resource_metadata === undefined
      ? {}
      : { resourceMetadataUrl: new URL(wanted.resource_metadata) }),
  });
  return result === "AUTHORIZED" ? { authorized: true } : redirected(again);
}

export interface AuthorizeOptions {
  readonly fetch: GuardedFetch;
  /** The URL that the browser returns to. */
  readonly redirectUrl: string;
  readonly signal: AbortSignal;
}

/** Returns whether the server grants access; false if a person must authorize first. */
async function admitted(
  definition: McpServerDefinition,
  { url, headers }: OAuthParty["server"],
  session: OAuthSession,
  fetch: GuardedFetch,
  signal: AbortSignal,
): Promise<boolean> {
  const refusals: ToolStop[] = [];
  const options = {
    url,
    headers,
    fetch: noting(fetch, refusals),
    signal,
    authProvider: session,
    // Its stream would start a second flow in parallel.
    listen: false,
  };
  try {
    const connection = await connect(definition, options);
    try {
      // Some servers accept any `initialize` and require authorization only for later requests.
      await connection.client.request({ method: "tools/list" }, z.looseObject({}), {
        timeout: definition.timeout_ms,
        signal: connection.signal,
      });
    } catch (thrown) {
      if (session.authorizationUrl !== null) {
        return false;
      }
      const stop = stopOf(thrown, connection.signal);
      if (stop.code === "unauthorized" || stop.code === "authorization_failed") {
        throw stop;
      }
      // The server granted access. Other failures are reported by a listing.
    } finally {
      await connection.close();
    }
    return true;
  } catch (thrown) {
    if (session.authorizationUrl !== null) {
      return false;
    }
    throw refusals[0] ?? thrown;
  }
}

function redirected({ authorizationUrl, expiresAt }: OAuthSession): Authorization {
  if (authorizationUrl === null) {
    throw new ToolStop("authorization_failed");
  }
  return { authorized: false, url: authorizationUrl.href, expiresAt };
}

/** The parameters that a browser returns with. */
export interface Returned {
  readonly code: string | null;
  readonly iss: string | null;
  /** The authorization server's error code, if there is no authorization code. */
  readonly error: string | null;
}

/** Completes an authorization whose state was verified. @throws ToolStop */
export async function finish(
  host: OAuthHost,
  party: OAuthParty,
  { code, iss, error }: Returned,
  { fetch, signal }: Pick<AuthorizeOptions, "fetch" | "signal">,
): Promise<void> {
  const session = new OAuthSession(host, party, { kind: "exchange" });
  const pending = await session.pending();
  if (pending === null) {
    throw new ToolStop(
      "authorization_failed",
      "The server was changed during the authorization; start again.",
    );
  }
  // A response of a different server than the one asked must not receive our secret.
  if (iss === null ? pending.says : pending.issuer !== null && iss !== pending.issuer) {
    throw new ToolStop("authorization_failed", "The answer is of another authorization server.");
  }
  if (error !== null || code === null) {
    const said = /^[\x20-\x7e]{1,64}$/.test(error ?? "") ? error : "nothing";
    throw new ToolStop("authorization_failed", `The authorization server said: ${said}.`);
  }
  await flow(session, party.server, fetch, signal, { authorizationCode: code });
}

/**
 * Runs one flow of the SDK. If an address was rejected during the flow, that is the reason of a
 * failure.
 */
async function flow(
  session: OAuthSession,
  { url, headers }: OAuthParty["server"],
  fetch: GuardedFetch,
  signal: AbortSignal,
  more: { scope?: string; resourceMetadataUrl?: URL; authorizationCode?: string },
): Promise<"AUTHORIZED" | "REDIRECT"> {
  const { auth } = await import("@modelcontextprotocol/sdk/client/auth.js");
  const refusals: ToolStop[] = [];
  const server = new URL(url);
  const fetchFn = serverFetch(server, { fetch: noting(fetch, refusals), headers, signal });
  try {
    return await auth(session, { serverUrl: server, fetchFn, ...more });
  } catch (thrown) {
    throw refusals[0] ?? authorizationStop(thrown);
  }
}

/** Returns the failure of a flow. The SDK has no error class for a server that it cannot use. */
function authorizationStop(thrown: unknown): ToolStop {
  const stop = stopOf(thrown);
  return stop.code === "mcp_protocol_error"
    ? new ToolStop(
        "authorization_failed",
        clipMessage(`The authorization server cannot be used. ${stop.message}`),
      )
    : stop;
}

/** Remembers rejected addresses: the SDK continues if its metadata cannot be fetched. */
function noting(fetch: GuardedFetch, refusals: ToolStop[]): GuardedFetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (thrown) {
      if (thrown instanceof ToolStop && thrown.code === "url_refused") {
        refusals.push(thrown);
      }
      throw thrown;
    }
  };
}
