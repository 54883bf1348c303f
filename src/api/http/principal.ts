/** Callers that need no API key: the deployment's own code, and the logins of its `authenticate`. */
import { KEYLESS, SCOPES, type Caller } from "../../store/keys.ts";
import type { Principal } from "../context.ts";

const TENANT = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const NAME = /^[A-Za-z0-9_.:@-]{1,128}$/;

/** Requests of the deployment's own code. */
const granted = new WeakMap<Request, Caller>();

/** Lets the app answer a request of the deployment's own code without an API key. */
export function grant(request: Request, caller: Caller): void {
  granted.set(request, caller);
}

/** Returns the caller that a request was granted, or null. */
export function grantedTo(request: Request): Caller | null {
  return granted.get(request) ?? null;
}

/** Returns the caller of a principal. @throws TypeError for an invalid tenant, scope or name */
export function callerAs({ tenant, scopes, name = "login" }: Principal): Caller {
  if (!TENANT.test(tenant)) {
    throw new TypeError(
      `The tenant ${JSON.stringify(tenant)} is invalid: it needs 1 to 64 lower-case letters, digits, _ and -.`,
    );
  }
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined) {
    throw new TypeError(`Unknown scope ${JSON.stringify(unknown)}.`);
  }
  if (!NAME.test(name)) {
    throw new TypeError(`The name ${JSON.stringify(name)} is not valid for a caller.`);
  }
  return { keyId: `${KEYLESS}${name}`, secret: 0, tenantId: tenant, scopes: new Set(scopes) };
}
