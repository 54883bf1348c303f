/**
 * `/api/v1/keys`: API keys. A key is shown once, when it is created or rotated; only its hash is
 * stored. A key can create, rotate and revoke only keys whose scopes it has itself.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { sha256Hex } from "../../crypto/sha256.ts";
import { newId } from "../../run/value/id.ts";
import type { Caller, KeyRow, Scope } from "../../store/keys.ts";
import { checkScope, forgetKey } from "../http/auth.ts";
import type { ApiDeps, ApiHandler, AppEnv } from "../context.ts";
import { DEFAULT_LIMIT, namedPlaceOf, namedPlaceText, pageOf } from "../http/cursor.ts";
import * as operations from "./operations.ts";
import type { KeyJson } from "./schemas.ts";
import { Problem, fieldProblem } from "../http/problem.ts";
import { isoTime } from "../../run/value/time.ts";
import { actorOf } from "../http/actor.ts";

/** Adds the key routes to an app. */
export function keyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.createKeyRoute, create);
  // Before the route of one key, whose parameter it would be.
  app.openapi(operations.selfRoute, getSelf);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.revokeRoute, revoke);
  app.openapi(operations.rotateRoute, rotate);
}

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { limit = DEFAULT_LIMIT, cursor, tenant = caller.tenantId } = c.req.valid("query");
  checkTenant(caller, tenant);
  const before = await namedPlaceOf(deps, caller, cursor);
  const found = await deps.keys.list(tenant, limit + 1, before);
  const { data, next_cursor } = await pageOf(deps, caller, found, limit, ({ created_at, key_id }) =>
    namedPlaceText({ created_at, name: key_id }),
  );
  return c.json({ data: data.map(keyJson), next_cursor }, 200);
};

const create: ApiHandler<typeof operations.createKeyRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name, scopes, tenant = caller.tenantId, expires_at } = c.req.valid("json");
  checkTenant(caller, tenant);
  checkReach(caller, scopes);
  const now = deps.now();
  const ends = expires_at ?? null;
  if (ends !== null && Date.parse(ends) <= now) {
    throw fieldProblem("validation_failed", "/expires_at", "must be in the future");
  }
  const secret = newSecret();
  const actor = actorOf(c.var);
  const row: KeyRow = {
    key_id: newId("key", now, crypto.getRandomValues(new Uint8Array(16))),
    tenant_id: tenant,
    name,
    scopes: [...new Set(scopes)],
    created_at: actor.at,
    expires_at: ends === null ? null : isoTime(Date.parse(ends)),
    revoked_at: null,
  };
  await deps.keys.insert(row, sha256Hex(secret), actor);
  c.header("Location", `/api/v1/keys/${row.key_id}`);
  return c.json({ ...keyJson(row), key: secret }, 201);
};

const getSelf: ApiHandler<typeof operations.selfRoute> = async (c) => {
  const { deps, caller } = c.var;
  return c.json(keyJson(await keyOf(deps, caller, caller.keyId)), 200);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const { deps, caller } = c.var;
  return c.json(keyJson(await keyOf(deps, caller, c.req.valid("param").id)), 200);
};

const revoke: ApiHandler<typeof operations.revokeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const row = await keyOf(deps, caller, c.req.valid("param").id);
  checkReach(caller, row.scopes);
  if (c.req.valid("query").pause_schedules === "true") {
    const note = `The key ${row.name} was revoked.`;
    await deps.timetable(row.tenant_id).pauseOf(row.key_id, note, c.var.caller.keyId);
  }
  await deps.keys.revoke(row, actorOf(c.var));
  forgetKey(row.key_id);
  return c.body(null, 204);
};

const rotate: ApiHandler<typeof operations.rotateRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { grace_s } = c.req.valid("json");
  const row = await keyOf(deps, caller, c.req.valid("param").id);
  checkReach(caller, row.scopes);
  const secret = newSecret();
  const now = deps.now();
  const until = isoTime(now + grace_s * 1000);
  const actor = actorOf(c.var);
  if (!(await deps.keys.rotate(row, sha256Hex(secret), until, actor))) {
    throw new Problem("key_over", "The key is revoked or has expired; create a new one.");
  }
  forgetKey(row.key_id);
  return c.json({ ...keyJson(row), key: secret }, 200);
};

/** Returns a key that the caller may see. @throws Problem `not_found` */
async function keyOf(deps: ApiDeps, { scopes, tenantId }: Caller, keyId: string): Promise<KeyRow> {
  const row = await deps.keys.get(scopes.has("platform") ? null : tenantId, keyId);
  if (row === null) {
    throw new Problem("not_found", "Unknown key.");
  }
  return row;
}

/** @throws Problem `forbidden` */
function checkTenant(caller: Caller, tenant: string): void {
  if (tenant !== caller.tenantId) {
    checkScope(caller, "platform");
  }
}

/**
 * Rejects scopes that the caller lacks. A caller that could create or rotate a key with more scopes
 * would gain those scopes. @throws Problem `forbidden`
 */
function checkReach(caller: Caller, scopes: readonly Scope[]): void {
  const beyond = scopes.find((scope) => !caller.scopes.has(scope));
  if (beyond !== undefined) {
    throw new Problem("forbidden", `This key lacks the scope ${beyond} itself.`);
  }
}

/** Returns 256 random bits. The prefix helps people and scanners for leaked secrets. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `opsk_${Buffer.from(bytes).toString("base64url")}`;
}

function keyJson({ key_id: id, tenant_id, scopes, ...row }: KeyRow): KeyJson {
  return { id, ...row, tenant: tenant_id, scopes: [...scopes] };
}
