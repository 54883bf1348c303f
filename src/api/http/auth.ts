/**
 * Authenticates requests. Clients send a key as a bearer token, or from a browser's WebSocket as
 * the subprotocol `bearer.<key>`. A ticket in the URL authenticates as the key that created it.
 */
import { createMiddleware } from "hono/factory";
import { sha256Hex } from "../../crypto/sha256.ts";
import { isTaskId, newId } from "../../run/value/id.ts";
import { newActor } from "../../store/audit.ts";
import { SCOPES, type Caller, type Scope } from "../../store/keys.ts";
import type { ApiContext, ApiDeps, AppEnv } from "../context.ts";
import { Problem } from "./problem.ts";
import { readTicket } from "./signing.ts";
import { isoTime } from "../../run/value/time.ts";

/** Cache of valid keys by hash. Bounded; an entry expires after `keyCacheMs`. */
const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
const MAX_KNOWN = 1000;
/** The tenant of the first key, as of a deployment from the command line. */
const ADMIN_TENANT = "main";
/** Hashes of keys that were found invalid, with the time until which they are not looked up again. */
const unknown = new Map<string, number>();

/** Middleware that requires a valid key with any scopes. @throws Problem */
export const requireKey = createMiddleware<AppEnv>(async (c, next) => {
  c.set("caller", await callerIn(c));
  await next();
});

/** The scope of each middleware of `requireScope`, for the OpenAPI document. */
const required = new WeakMap<object, Scope>();

/** Returns a middleware that requires a key with a scope. @throws Problem */
export function requireScope(scope: Scope) {
  const middleware = createMiddleware<AppEnv>(async (c, next) => {
    const caller = await callerIn(c);
    checkScope(caller, scope);
    c.set("caller", caller);
    await next();
  });
  required.set(middleware, scope);
  return middleware;
}

/** Returns the scope that a handler of a route requires, or null. */
export function requiredScope(handler: object): Scope | null {
  return required.get(handler) ?? null;
}

/** Returns the caller of a request: its principal, or the owner of its key. @throws Problem */
export async function callerIn(c: Pick<ApiContext, "var" | "req">): Promise<Caller> {
  const { deps, principal } = c.var;
  if (principal === null) {
    return callerOf(deps, c.req.header("Authorization"), addressOf(c.req.raw));
  }
  await checkRate(deps, principal.tenantId);
  return principal;
}

async function callerOf(
  deps: ApiDeps,
  authorization: string | undefined,
  address: string | null,
): Promise<Caller> {
  const caller = await callerOfKey(deps, bearer(authorization), address);
  if (caller === null) {
    throw new Problem("unauthorized", "Send a valid key as Authorization: Bearer <key>.", {
      headers: { "WWW-Authenticate": 'Bearer realm="opspawn"' },
    });
  }
  await checkRate(deps, caller.tenantId);
  return caller;
}

/** The wait sent to a client that exceeds its rate limit, in seconds. */
const PAUSE_S = 10;

/**
 * Counts a request against a rate limit.
 * @param limited id of the tenant, or of an unauthenticated caller, such as `hook:<id>`
 * @throws Problem `rate_limited`
 */
export async function checkRate(deps: ApiDeps, limited: string): Promise<void> {
  if (!(await deps.mayAsk(limited))) {
    throw new Problem("rate_limited", `Too many requests; retry in ${PAUSE_S} seconds.`, {
      headers: { "Retry-After": String(PAUSE_S) },
    });
  }
}

/** @throws Problem `forbidden` */
export function checkScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) {
    throw new Problem("forbidden", `This key lacks the scope ${scope}.`);
  }
}

/** The credential of a request for the events of a task, and where it was sent. */
interface Said {
  readonly by: "header" | "ticket" | "subprotocol";
  readonly text: string;
}

function saidBy(request: Request): Said | null {
  const header = bearer(request.headers.get("Authorization") ?? undefined);
  if (header !== null) {
    return { by: "header", text: header };
  }
  const ticket = new URL(request.url).searchParams.get("ticket");
  if (ticket !== null) {
    return { by: "ticket", text: ticket };
  }
  const offered = (request.headers.get("Sec-WebSocket-Protocol") ?? "").split(",");
  const protocol = offered.map((name) => name.trim()).find((name) => name.startsWith("bearer."));
  return protocol === undefined
    ? null
    : { by: "subprotocol", text: protocol.slice("bearer.".length) };
}

/** Returns the caller of a task's events, by key, ticket or subprotocol. Null if none is valid. */
export async function eventCaller(
  { deps, principal }: Pick<ApiContext["var"], "deps" | "principal">,
  request: Request,
  taskId: string,
): Promise<Caller | null> {
  if (principal !== null) {
    await checkRate(deps, principal.tenantId);
    return principal;
  }
  const said = saidBy(request);
  if (said?.by === "ticket") {
    const key = await deps.keys.signingKey();
    const caller = isTaskId(taskId) ? await readTicket(key, said.text, taskId, deps.now()) : null;
    // The key may have been revoked since the ticket was made.
    return caller !== null && (await isStillValid(deps, caller)) ? caller : null;
  }
  const caller = await callerOfKey(deps, said?.text ?? null, addressOf(request));
  if (said?.by === "header" && caller !== null) {
    await checkRate(deps, caller.tenantId);
  }
  return caller;
}

/** Returns the caller of a feed, by key or subprotocol: a ticket is for one task. */
export async function feedCaller(
  scene: Pick<ApiContext["var"], "deps" | "principal">,
  request: Request,
): Promise<Caller | null> {
  return saidBy(request)?.by === "ticket" ? null : eventCaller(scene, request, "");
}

/** Returns whether a request authenticates by ticket or subprotocol, which only browsers need. */
export function isFromBrowser(request: Request): boolean {
  return ["ticket", "subprotocol"].includes(saidBy(request)?.by ?? "");
}

async function isStillValid(deps: ApiDeps, { keyId, secret }: Caller): Promise<boolean> {
  const now = isoTime(deps.now());
  const valid = await deps.keys.stillValid([{ keyId, secret }], now);
  return valid.has(0);
}

/** Removes a key from the cache of this isolate. Other isolates drop it within `keyCacheMs`. */
export function forgetKey(keyId: string): void {
  for (const [digest, { caller }] of known) {
    if (caller.keyId === keyId) {
      known.delete(digest);
    }
  }
}

/**
 * Returns the caller of a key, or null.
 * @param address the client's address, where it is known
 * @throws Problem `rate_limited` where the address has tried too many keys
 */
async function callerOfKey(
  deps: ApiDeps,
  key: string | null,
  address: string | null = null,
): Promise<Caller | null> {
  if (key === null || key === "") {
    return null;
  }
  const digest = sha256Hex(key);
  const now = deps.now();
  const hit = known.get(digest);
  if (hit !== undefined && hit.until > now) {
    return hit.caller;
  }
  if ((unknown.get(digest) ?? 0) > now) {
    return null;
  }
  if (address !== null) {
    // Each guess is a query of the database.
    await checkRate(deps, `address:${address}`);
  }
  const caller =
    (await deps.keys.find(digest, isoTime(now))) ?? (await adminCaller(deps, key, digest));
  const until = now + deps.config.keyCacheMs;
  known.delete(digest);
  unknown.delete(digest);
  if (caller === null) {
    setBounded(unknown, digest, until);
  } else {
    setBounded(known, digest, { caller, until });
  }
  return caller;
}

/**
 * Returns the caller of the deployment's admin key, which is stored when it is first used; null for
 * another key, and after it was revoked.
 */
async function adminCaller(deps: ApiDeps, key: string, digest: string): Promise<Caller | null> {
  if (key !== deps.config.adminKey) {
    return null;
  }
  const now = deps.now();
  const row = {
    key_id: newId("key", now, crypto.getRandomValues(new Uint8Array(16))),
    tenant_id: ADMIN_TENANT,
    name: "OPSPAWN_ADMIN_KEY",
    scopes: SCOPES,
  };
  await deps.keys.adopt(row, digest, newActor(now, "deployment"));
  return deps.keys.find(digest, isoTime(now));
}

/** Adds an entry; the oldest one makes room. */
function setBounded<V>(map: Map<string, V>, key: string, value: V): void {
  const oldest = map.keys().next();
  if (map.size >= MAX_KNOWN && oldest.done !== true) {
    map.delete(oldest.value);
  }
  map.set(key, value);
}

/** The client's address, as Cloudflare reports it. */
function addressOf(request: Request): string | null {
  return request.headers.get("CF-Connecting-IP");
}

function bearer(header: string | undefined): string | null {
  const match = /^Bearer +(\S+)$/i.exec(header ?? "");
  return match?.[1] ?? null;
}
