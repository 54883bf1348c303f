/**
 * Who makes a request. A key comes as a bearer token, or for a browser's WebSocket as the
 * subprotocol `bearer.<key>`; a ticket in the address stands for the key that asked for it.
 */
import { createMiddleware } from "hono/factory";
import { sha256Hex } from "../../crypto/sha256.ts";
import { isTaskId } from "../../run/value/id.ts";
import type { Caller, Scope } from "../../store/keys.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { Problem } from "./problem.ts";
import { readTicket } from "./signing.ts";
import { isoTime } from "../../run/value/time.ts";

/** Keys found valid a moment ago, by hash. Bounded; an entry is dead after `keyCacheMs`. */
const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
const MAX_KNOWN = 1000;

/** Requires a valid key on all that follows, whatever its scopes. @throws Problem */
export const requireKey = createMiddleware<AppEnv>(async (c, next) => {
  c.set("caller", await callerOf(c.var.deps, c.req.header("Authorization")));
  await next();
});

/** What each middleware of `requireScope` requires: the document says it of every route. */
const required = new WeakMap<object, Scope>();

/** Requires a key with a scope on all that follows. @throws Problem */
export function requireScope(scope: Scope) {
  const middleware = createMiddleware<AppEnv>(async (c, next) => {
    c.set("caller", await callerWith(c.var.deps, c.req.header("Authorization"), scope));
    await next();
  });
  required.set(middleware, scope);
  return middleware;
}

/** The scope that a handler of a route requires; null where it requires none. */
export function requiredScope(handler: object): Scope | null {
  return required.get(handler) ?? null;
}

/** Who a header `Authorization` stands for, whose key must have the scope. @throws Problem */
export async function callerWith(
  deps: ApiDeps,
  authorization: string | undefined,
  scope: Scope,
): Promise<Caller> {
  const caller = await callerOf(deps, authorization);
  checkScope(caller, scope);
  return caller;
}

async function callerOf(deps: ApiDeps, authorization: string | undefined): Promise<Caller> {
  const caller = await callerOfKey(deps, bearer(authorization));
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
 * @param limited the tenant, or what stands for an unknown caller, such as `hook:<id>`
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

/** How a request for the events of a task says who makes it. */
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

/** The caller that opens a task's events, by key, ticket or subprotocol; null without one. */
export async function eventCaller(
  deps: ApiDeps,
  request: Request,
  taskId: string,
): Promise<Caller | null> {
  const said = saidBy(request);
  if (said?.by === "ticket") {
    const key = await deps.keys.signingKey();
    const caller = isTaskId(taskId) ? await readTicket(key, said.text, taskId, deps.now()) : null;
    // Its key may have been revoked within the ticket's minute.
    return caller !== null && (await isStillValid(deps, caller)) ? caller : null;
  }
  const caller = await callerOfKey(deps, said?.text ?? null);
  if (said?.by === "header" && caller !== null) {
    await checkRate(deps, caller.tenantId);
  }
  return caller;
}

/** Whether a request says who makes it in a way that only a browser's socket needs. */
export function isFromBrowser(request: Request): boolean {
  return ["ticket", "subprotocol"].includes(saidBy(request)?.by ?? "");
}

async function isStillValid(deps: ApiDeps, { keyId, secret }: Caller): Promise<boolean> {
  const now = isoTime(deps.now());
  const valid = await deps.keys.stillValid([{ keyId, secret }], now);
  return valid.has(0);
}

/** Makes this isolate look a key up again; others do within `keyCacheMs`. */
export function forgetKey(keyId: string): void {
  for (const [digest, { caller }] of known) {
    if (caller.keyId === keyId) {
      known.delete(digest);
    }
  }
}

async function callerOfKey(deps: ApiDeps, key: string | null): Promise<Caller | null> {
  if (key === null || key === "") {
    return null;
  }
  const digest = sha256Hex(key);
  const now = deps.now();
  const hit = known.get(digest);
  if (hit !== undefined && hit.until > now) {
    return hit.caller;
  }
  const caller = await deps.keys.find(digest, isoTime(now));
  known.delete(digest);
  if (caller !== null) {
    const oldest = known.keys().next();
    if (known.size >= MAX_KNOWN && oldest.done !== true) {
      known.delete(oldest.value);
    }
    known.set(digest, { caller, until: now + deps.config.keyCacheMs });
  }
  return caller;
}

function bearer(header: string | undefined): string | null {
  const match = /^Bearer +(\S+)$/i.exec(header ?? "");
  return match?.[1] ?? null;
}
