/** Asks the service whose key it is. */
import { APIError, AuthenticationError } from "../../../sdk/src/index.ts";
import type { Identity } from "../session/store.ts";
import { clientWith } from "./client.ts";
import { failureOf } from "./failure.ts";

/** `unknown`: the service did not say; it may be down. */
export type Found =
  | { readonly state: "known"; readonly identity: Identity }
  | { readonly state: "refused"; readonly why: string }
  | { readonly state: "unknown" };

/** Scopes that a key with `admin` has without naming them. */
const IMPLIED_BY_ADMIN = ["keys:write", "webhooks:write", "limits:write", "audit:read"];

/** Returns whose key it is. Never rejects. */
export async function whoIs(secret: string): Promise<Found> {
  try {
    const { id, name, tenant, scopes, expires_at } = await clientWith(secret).keys.self();
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
