/**
 * Who makes a request. A key comes as a bearer token, or for a browser's WebSocket as the
 * subprotocol `bearer.<key>`; a ticket in the address stands for the key that asked for it.
 */
import { hash } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { isTaskId } from "../run/id.ts";
import type { Caller, Scope } from "../store/keys.ts";
import type { ApiContext, ApiDeps, AppEnv } from "./context.ts";
import { Problem } from "./problem.ts";
import { readTicket } from "./signing.ts";

/** Keys found valid a moment ago, by hash. Bounded; an entry is dead after `keyCacheMs`. */
const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
const MAX_KNOWN = 1000;

/** How a client said who it is, and what follows where it is refused. */
export interface Credentials {
  readonly caller: Caller | null;
  /** A browser cannot see the status of a refused upgrade: it is told by a close code. */
  readonly fromBrowser: boolean;
}

/** Requires a valid key on all that follows, whatever its scopes. @throws Problem */
export const requireKey = createMiddleware<AppEnv>(async (c, next) => {
  c.set("caller", await callerOf(c));
  await next();
});

/** What each middleware of `requireScope` requires: the document says it of every route. */
const required = new WeakMap<object, Scope>();

/** Requires a key with a scope on all that follows. @throws Problem */
export function requireScope(scope: Scope) {
  const middleware = createMiddleware<AppEnv>(async (c, next) => {
    const caller = await callerOf(c);
    checkScope(caller, scope);
    c.set("caller", caller);
    await next();
  });
  required.set(middleware, scope);
  return middleware;
}

/** The scope that a handler of a route requires; null where it requires none. */
export function requiredScope(handler: object): Scope | null {
  return required.get(handler) ?? null;
}

async function callerOf(c: ApiContext): Promise<Caller> {
  const caller = await callerOfKey(c.var.deps, bearer(c.req.header("Authorization")));
  if (caller === null) {
    throw new Problem("unauthorized", "Send a valid key as Authorization: Bearer <key>.", {
      headers: { "WWW-Authenticate": 'Bearer realm="opspawn"' },
    });
  }
  return caller;
}

/** @throws Problem `forbidden` */
export function checkScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) {
    throw new Problem("forbidden", `The key has no scope ${scope}.`);
  }
}

/** Who opens the events of a task: by key, ticket or subprotocol. */
export async function eventCredentials(
  deps: ApiDeps,
  request: Request,
  taskId: string,
): Promise<Credentials> {
  const header = bearer(request.headers.get("Authorization") ?? undefined);
  if (header !== null) {
    return { caller: await callerOfKey(deps, header), fromBrowser: false };
  }
  const ticket = new URL(request.url).searchParams.get("ticket");
  if (ticket !== null) {
    const key = await deps.keys.signingKey();
    const caller = isTaskId(taskId) ? await readTicket(key, ticket, taskId, deps.now()) : null;
    return { caller, fromBrowser: true };
  }
  const offered = (request.headers.get("Sec-WebSocket-Protocol") ?? "").split(",");
  const protocol = offered.map((name) => name.trim()).find((name) => name.startsWith("bearer."));
  return protocol === undefined
    ? { caller: null, fromBrowser: false }
    : { caller: await callerOfKey(deps, protocol.slice("bearer.".length)), fromBrowser: true };
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
  const caller = await deps.keys.find(digest, new Date(now).toISOString());
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

/** Lower-case hex of the SHA-256 of a text. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}
