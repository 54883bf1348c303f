/**
 * `/api/v1/hooks` manages URLs that start tasks, `/hooks/{id}`. A call has no API key: it is signed
 * with the hook's secret. Its body fills the hook's template.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { isSecret } from "../../crypto/signature.ts";
import { MAX_WEBHOOKS } from "../../run/log/webhook-body.ts";
import { defined } from "../../run/value/defined.ts";
import { newId } from "../../run/value/id.ts";
import { isoTime } from "../../run/value/time.ts";
import type { HookRow } from "../../store/hooks.ts";
import type { ApiContext, ApiHandler, AppEnv } from "../context.ts";
import { memoryPageOf } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import { invalid } from "../http/validation.ts";
import { ConditionalResource, etagOf } from "../http/versioned.ts";
import { newSecretFor, rotateSecret, shownSecret } from "../webhooks/secrets.ts";
import { callHook } from "./call.ts";
import * as operations from "./operations.ts";
import type { HookJson } from "./schemas.ts";
import { checkedTemplate } from "./template.ts";

/** Adds the routes of hooks to an app. */
export function hookRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.createHookRoute, create);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.changeRoute, change);
  app.openapi(operations.removeRoute, remove);
  app.openapi(operations.secretRoute, getSecret);
  app.openapi(operations.rotateRoute, rotate);
  app.openapi(operations.callRoute, callHook);
}

const RESOURCE = new ConditionalResource<HookRow>({
  noun: "a hook",
  current: (deps, tenantId, id) => deps.hooks.get(tenantId, id),
});

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const hooks = await deps.hooks.list(caller.tenantId);
  const { data, next_cursor } = await memoryPageOf(deps, caller, hooks, c.req.valid("query"), {
    noun: "hook",
    keyOf: ({ created_at, hook_id }) => `${created_at} ${hook_id}`,
    isDescending: true,
  });
  return c.json({ data: data.map((hook) => hookJson(c, hook)), next_cursor }, 200);
};

const create: ApiHandler<typeof operations.createHookRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { secret: given, template: raw, ...rest } = c.req.valid("json");
  const hook = { ...rest, template: checkedTemplate(raw) };
  if (given !== undefined && hook.scheme === "standard" && !isSecret(given)) {
    const detail = "must be whsec_ and 24 to 64 bytes as base64";
    throw invalid("body", [{ pointer: "/secret", detail }]);
  }
  const id = newId("hook", deps.now(), crypto.getRandomValues(new Uint8Array(16)));
  const { secret, sealed } = await newSecretFor(deps, caller.tenantId, id, given);
  const row = await deps.hooks.insert(caller.tenantId, id, hook, sealed, isoTime(deps.now()));
  if (row === null) {
    throw new Problem("too_many_hooks", `A tenant can have at most ${MAX_WEBHOOKS} hooks.`);
  }
  c.header("Location", `${operations.HOOKS}/${id}`);
  c.header("ETag", etagOf(row));
  return c.json({ ...hookJson(c, row), secret }, 201);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const row = await RESOURCE.current(c.var, c.req.valid("param").id);
  c.header("ETag", etagOf(row));
  return c.json(hookJson(c, row), 200);
};

const change: ApiHandler<typeof operations.changeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name, template, enabled } = c.req.valid("json");
  const wanted = defined({
    name,
    template: template === undefined ? undefined : checkedTemplate(template),
    enabled,
  });
  const { id } = c.req.valid("param");
  const expected = await RESOURCE.expected(c.var, id, c.req.header("If-Match"));
  const now = isoTime(deps.now());
  const row = await deps.hooks.change(caller.tenantId, id, wanted, expected, now);
  if (row === null) {
    throw await RESOURCE.missed(c.var, id);
  }
  c.header("ETag", etagOf(row));
  return c.json(hookJson(c, row), 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id } = c.req.valid("param");
  const expected = await RESOURCE.expected(c.var, id, c.req.header("If-Match"));
  if (!(await deps.hooks.remove(caller.tenantId, id, expected))) {
    throw await RESOURCE.missed(c.var, id);
  }
  return c.body(null, 204);
};

const getSecret: ApiHandler<typeof operations.secretRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { hook_id } = await RESOURCE.current(c.var, c.req.valid("param").id);
  const kept = await deps.secretStore.get(caller.tenantId, hook_id);
  return c.json(await shownSecret(deps, caller.tenantId, hook_id, kept), 200);
};

const rotate: ApiHandler<typeof operations.rotateRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { hook_id } = await RESOURCE.current(c.var, c.req.valid("param").id);
  return c.json(await rotateSecret(deps, caller.tenantId, hook_id), 200);
};

function hookJson(c: ApiContext, { hook_id, tenant_id: _tenant, ...row }: HookRow): HookJson {
  const origin = c.var.deps.config.publicUrl ?? new URL(c.req.url).origin;
  return { id: hook_id, url: `${origin}${operations.CALLS}/${hook_id}`, ...row };
}
