/** The client for the deployment's own code: no network and no API key. */
import { callerAs, grant } from "../api/http/principal.ts";
import { SCOPES, type Scope } from "../store/keys.ts";
import { Opspawn } from "../../sdk/src/opspawn.ts";

/** Whom the client acts for. */
export interface ClientOptions {
  /** The tenant whose tasks it reads and creates. */
  readonly tenant: string;
  /** Default: all scopes within the tenant. */
  readonly scopes?: readonly Scope[];
  /** The author of its changes in the audit log. Default: `code`, shown as `caller:code`. */
  readonly name?: string;
}

/** An address that no request leaves the Worker for. */
const INSIDE = "https://opspawn.internal";

/** Scopes within one tenant. */
const WITHIN_TENANT = SCOPES.filter((scope) => scope !== "platform");

/**
 * Returns a client whose requests are answered by the app in this Worker.
 * @param serve answers a request
 * @throws TypeError for an invalid tenant or scope
 */
export function clientOf(
  serve: (request: Request) => Response | Promise<Response>,
  { tenant, scopes = WITHIN_TENANT, name = "code" }: ClientOptions,
): Opspawn {
  const caller = callerAs({ tenant, scopes, name });
  return new Opspawn({
    url: INSIDE,
    // The app identifies the caller by the grant; the header is never looked up.
    key: "granted",
    WebSocket: null,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      grant(request, caller);
      return serve(request);
    },
  });
}
