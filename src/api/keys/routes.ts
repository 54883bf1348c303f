/**
 * `/api/v1/keys`: who may call. A key is shown once, when it is made or rotated; what is stored is
 * its hash. A key gives and touches only keys that may not do more than itself.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { sha256Hex } from "../../crypto/sha256.ts";
import { newId } from "../../run/value/id.ts";
import { newActor } from "../../store/audit.ts";
import type { Caller, KeyPosition, KeyRow, Scope } from "../../store/keys.ts";
import { checkScope, forgetKey, requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { cursorOf, pageOf } from "../http/cursor.ts";
import * as schemas from "./schemas.ts";
import { Problem } from "../http/problem.ts";
import { refusal } from "../http/refusal.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { isoTime } from "../../run/value/time.ts";

const DEFAULT_LIMIT = 20;
const POSITION = /^\d{4}-[\d:.TZ-]+ [\w-]+$/;

const shared = { tags: ["Keys"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("admin")] };
const writes = { ...shared, middleware: [requireScope("admin"), jsonBody] };

const listRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/keys",
  operationId: "listKeys",
  summary: "List keys, newest first",
  description: "Revoked ones too. Those of another `tenant` need the scope `platform`.",
  request: { query: schemas.keysQuery },
  responses: { 200: json("A page of keys.", schemas.keyList), ...refusals("validation_failed") },
});

const createKeyRoute = createRoute({
  ...writes,
  method: "post",
  path: "/api/v1/keys",
  operationId: "createKey",
  summary: "Make a key",
  description:
    "The key is in this answer and nowhere else. It can have no scope that the key which asks has not.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createBody } } },
  },
  responses: { 201: json("The key.", schemas.newKey, "Location"), ...refusals(...BODY_PROBLEMS) },
});

const getRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/keys/{key_id}",
  operationId: "getKey",
  summary: "Get one key",
  request: { params: schemas.keyPath },
  responses: { 200: json("The key.", schemas.key), ...refusals("not_found") },
});

const revokeRoute = createRoute({
  ...reads,
  method: "delete",
  path: "/api/v1/keys/{key_id}",
  operationId: "revokeKey",
  summary: "Revoke a key",
  description:
    "Within seconds nothing is answered to it, and what it watches is closed. What it began goes on.",
  request: { params: schemas.keyPath },
  responses: { 204: { description: "It is revoked." }, ...refusals("not_found") },
});

const rotateRoute = createRoute({
  ...writes,
  method: "post",
  path: "/api/v1/keys/{key_id}/rotate",
  operationId: "rotateKey",
  summary: "Give a key a new secret",
  description: "The old one ends within seconds, or after `grace_s`.",
  request: {
    params: schemas.keyPath,
    body: { content: { "application/json": { schema: schemas.rotateBody } } },
  },
  responses: {
    200: json("The key with its new secret.", schemas.newKey),
    ...refusals(...BODY_PROBLEMS, "not_found", "key_over"),
  },
});

/** Adds the key routes to an app. */
export function keyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const { limit = DEFAULT_LIMIT, cursor, tenant = caller.tenantId } = c.req.valid("query");
    checkTenant(caller, tenant);
    const before = cursor === undefined ? null : await positionOf(deps, caller, cursor);
    const found = await deps.keys.list(tenant, limit + 1, before);
    const { page, next_cursor } = await pageOf(deps, caller, found, limit, positionText);
    return c.json({ keys: page.map(keyJson), next_cursor }, 200);
  });

  app.openapi(createKeyRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name, scopes, tenant = caller.tenantId, expires_at } = c.req.valid("json");
    checkTenant(caller, tenant);
    checkReach(caller, scopes);
    const now = deps.now();
    const ends = expires_at ?? null;
    if (ends !== null && Date.parse(ends) <= now) {
      throw refusal("validation_failed", "/expires_at", "must be in the future");
    }
    const secret = newSecret();
    const actor = newActor(now, caller.keyId);
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
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    return c.json(keyJson(await keyOf(deps, caller, c.req.valid("param").key_id)), 200);
  });

  app.openapi(revokeRoute, async (c) => {
    const { deps, caller } = c.var;
    const row = await keyOf(deps, caller, c.req.valid("param").key_id);
    checkReach(caller, row.scopes);
    await deps.keys.revoke(row, newActor(deps.now(), caller.keyId));
    forgetKey(row.key_id);
    return c.body(null, 204);
  });

  app.openapi(rotateRoute, async (c) => {
    const { deps, caller } = c.var;
    const { grace_s } = c.req.valid("json");
    const row = await keyOf(deps, caller, c.req.valid("param").key_id);
    checkReach(caller, row.scopes);
    const secret = newSecret();
    const now = deps.now();
    const until = isoTime(now + grace_s * 1000);
    const actor = newActor(now, caller.keyId);
    if (!(await deps.keys.rotate(row, sha256Hex(secret), until, actor))) {
      throw new Problem("key_over", "The key is revoked or has expired; make a new one.");
    }
    forgetKey(row.key_id);
    return c.json({ ...keyJson(row), key: secret }, 200);
  });
}

/** A key that the caller may see. @throws Problem `not_found` */
async function keyOf(deps: ApiDeps, { scopes, tenantId }: Caller, keyId: string): Promise<KeyRow> {
  const row = await deps.keys.get(scopes.has("platform") ? null : tenantId, keyId);
  if (row === null) {
    throw new Problem("not_found", "There is no such key.");
  }
  return row;
}

/** @throws Problem `forbidden` */
function checkTenant(caller: Caller, tenant: string): void {
  if (tenant !== caller.tenantId) {
    checkScope(caller, "platform");
  }
}

/** Whoever could give, or take over, a key that may do more would have its scopes. @throws Problem */
function checkReach(caller: Caller, scopes: readonly Scope[]): void {
  const beyond = scopes.find((scope) => !caller.scopes.has(scope));
  if (beyond !== undefined) {
    throw new Problem("forbidden", `The key has no scope ${beyond} itself.`);
  }
}

/** 256 bits that nobody can guess; the prefix is for people, and for tools that look for leaks. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `opsk_${Buffer.from(bytes).toString("base64url")}`;
}

function keyJson({ tenant_id, scopes, ...row }: KeyRow): schemas.KeyJson {
  return { ...row, tenant: tenant_id, scopes: [...scopes] };
}

function positionText({ created_at, key_id }: KeyPosition): string {
  return `${created_at} ${key_id}`;
}

async function positionOf(deps: ApiDeps, caller: Caller, cursor: string): Promise<KeyPosition> {
  const text = await cursorOf(deps, caller, cursor, { form: POSITION });
  const [created_at = "", key_id = ""] = text.split(" ");
  return { created_at, key_id };
}
