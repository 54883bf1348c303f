/** Asks the service whose key it is. */
import { APIError, AuthenticationError } from "../../../sdk/src/index.ts";
import type { Identity } from "../session/store.ts";
import { correctClock } from "../parts/clock.ts";
import { clientWith } from "./client.ts";
import { failureOf } from "./failure.ts";

/** `unknown`: the service did not say; it may be down. */
export type Found =
  | { readonly state: "known"; readonly identity: Identity }
  | { readonly state: "refused"; readonly why: string }
  | { readonly state: "unknown" };

/** A clock that is further off is corrected by the one of the service, which has whole seconds. */
const MOST_SKEW_MS = 5000;

/** Scopes that a key with `admin` has without naming them. */
const IMPLIED_BY_ADMIN = [
  "keys:write",
  "webhooks:write",
  "limits:write",
  "secrets:write",
  "schedules:write",
  "audit:read",
];

/** Returns whose key it is. Never rejects. */
export async function whoIs(secret: string): Promise<Found> {
  try {
    const { data, headers } = await clientWith(secret).keys.self().withResponse();
    const { id, name, tenant, scopes, expires_at } = data;
    const serverMs = Date.parse(headers.get("Date") ?? "");
    if (Math.abs(serverMs - Date.now()) > MOST_SKEW_MS) {
      correctClock(serverMs);
    }
    return {
      state: "known",
      identity: { id, name, tenant, scopes: withImplied(scopes), expiresAt: expires_at },
    };
  } catch (error) {
    if (error instanceof AuthenticationError) {
      return { state: "refused", why: "The service does not know this key, or it has expired." };
    }
    if (error instanceof TypeError) {
      return { state: "refused", why: error.message };
    }
    if (error instanceof APIError && error.status < 500) {
      return { state: "refused", why: failureOf(error).detail };
    }
    return { state: "unknown" };
  }
}

function withImplied(scopes: readonly string[]): ReadonlySet<string> {
  return new Set(scopes.includes("admin") ? [...scopes, ...IMPLIED_BY_ADMIN] : scopes);
}
