/**
 * `/api/v1/hooks`: addresses that start tasks. What is sent to one is signed with its secret instead of
 * carrying a key, and fills the hook's template.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { sha256Hex } from "../../crypto/sha256.ts";
import { isSecret, isSignedByGithub, verifiedId } from "../../crypto/signature.ts";
import type { JsonObject, JsonValue } from "../../run/value/json.ts";
import { fill, hasPlaceholder, templateFaults } from "../../run/spec/template.ts";
import { MAX_WEBHOOKS } from "../../run/log/webhook.ts";
import type { HookRow } from "../../store/hooks.ts";
import { requireScope } from "../http/auth.ts";
import { boundedBody, jsonBody, jsonOf } from "../http/body.ts";
import type { ApiContext, ApiDeps, AppEnv } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { submitBody, type SubmitBody } from "../schemas.ts";
import { submitHooked } from "../tasks/submit.ts";
import { validationProblem } from "../http/validation.ts";
import * as schemas from "../webhooks/schemas.ts";
import { newSecretFor, rotateSecret, shownSecret } from "../webhooks/secrets.ts";
import { isoTime } from "../../run/value/time.ts";

const shared = { tags: ["Hooks"], security: SECURED, middleware: [requireScope("admin")] };
const writes = { ...shared, middleware: [requireScope("admin"), jsonBody] };

const HOOKS = "/api/v1/hooks";
const HOOK = "/api/v1/hooks/{id}";
const HOOK_ID = /^hook_[0-9a-f]{32}$/;
const MAX_TEMPLATE_CHARS = 262_144;

const listRoute = createRoute({
  ...shared,
  method: "get",
  path: HOOKS,
  operationId: "listHooks",
  summary: "The hooks of the tenant",
  responses: { 200: json("All of them.", schemas.hookList), ...refusals() },
});

const createHookRoute = createRoute({
  ...writes,
  method: "post",
  path: HOOKS,
  operationId: "createHook",
  summary: "Make an address that starts tasks",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createHook } } },
  },
  responses: {
    201: json("The hook, with its secret.", schemas.newHook, "Location"),
    ...refusals(...BODY_PROBLEMS, "too_many_hooks", "encryption_unavailable"),
  },
});

const getRoute = createRoute({
  ...shared,
  method: "get",
  path: HOOK,
  operationId: "getHook",
  summary: "Get one hook",
  request: { params: schemas.hookPath },
  responses: { 200: json("The hook.", schemas.hook), ...refusals("not_found") },
});

const changeRoute = createRoute({
  ...writes,
  method: "patch",
  path: HOOK,
  operationId: "changeHook",
  summary: "Change a hook",
  request: {
    params: schemas.hookPath,
    body: { required: true, content: { "application/json": { schema: schemas.changeHook } } },
  },
  responses: { 200: json("The hook.", schemas.hook), ...refusals(...BODY_PROBLEMS, "not_found") },
});

const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: HOOK,
  operationId: "deleteHook",
  summary: "Delete a hook",
  request: { params: schemas.hookPath },
  responses: { 204: { description: "It is gone." }, ...refusals("not_found") },
});

const secretRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/hooks/{id}/secret",
  operationId: "getHookSecret",
  summary: "What requests to a hook are signed with",
  request: { params: schemas.hookPath },
  responses: {
    200: json("The secret.", schemas.secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

const rotateRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/hooks/{id}/secret/rotate",
  operationId: "rotateHookSecret",
  summary: "Replace a hook's secret",
  description: "The one before is accepted too, for a day.",
  request: { params: schemas.hookPath },
  responses: {
    200: json("The new secret.", schemas.secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

const callRoute = createRoute({
  tags: ["Hooks"],
  security: [],
  method: "post",
  path: HOOK,
  operationId: "callHook",
  summary: "Start a task from a hook's template",
  description:
    "Needs no key: the body, JSON of at most 1 MiB, is signed with the hook's secret. `webhook-id` (with GitHub's scheme, the body) says whether two requests are the same one.",
  request: { params: schemas.hookPath },
  responses: {
    201: json("The task.", schemas.startedTask, "Location", "Idempotent-Replayed"),
    ...refusals(
      "invalid_signature",
      "malformed_json",
      "payload_too_large",
      "validation_failed",
      "not_found",
      "idempotency_key_reused",
    ),
  },
});

/** Adds the routes of hooks to an app. */
export function hookRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const hooks = await deps.hooks.list(caller.tenantId);
    return c.json({ hooks: hooks.map((hook) => hookJson(c, hook)) }, 200);
  });

  app.openapi(createHookRoute, async (c) => {
    const { deps, caller } = c.var;
    const { secret: given, template: raw, ...rest } = c.req.valid("json");
    const hook = { ...rest, template: checkedTemplate(raw) };
    if (given !== undefined && hook.scheme === "standard" && !isSecret(given)) {
      throw invalid("/secret", "must be whsec_ and 24 to 64 bytes as base64");
    }
    const id = `hook_${crypto.randomUUID().replaceAll("-", "")}`;
    const { secret, sealed } = await newSecretFor(deps, caller.tenantId, id, given);
    const now = isoTime(deps.now());
    const row = await deps.hooks.insert(caller.tenantId, id, hook, sealed, now);
    if (row === null) {
      throw new Problem("too_many_hooks", `A tenant has at most ${MAX_WEBHOOKS} hooks.`);
    }
    c.header("Location", `${HOOKS}/${id}`);
    return c.json({ ...hookJson(c, row), secret }, 201);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    return c.json(hookJson(c, await found(deps, caller.tenantId, c.req.valid("param").id)), 200);
  });

  app.openapi(changeRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name, template, enabled } = c.req.valid("json");
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(template === undefined ? {} : { template: checkedTemplate(template) }),
      ...(enabled === undefined ? {} : { enabled }),
    };
    const { id } = c.req.valid("param");
    const now = isoTime(deps.now());
    const row = await deps.hooks.change(caller.tenantId, id, change, now);
    return c.json(hookJson(c, row ?? notFound()), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { deps, caller } = c.var;
    if (!(await deps.hooks.remove(caller.tenantId, c.req.valid("param").id))) {
      notFound();
    }
    return c.body(null, 204);
  });

  app.openapi(secretRoute, async (c) => {
    const { deps, caller } = c.var;
    const { hook_id } = await found(deps, caller.tenantId, c.req.valid("param").id);
    const kept = await deps.secretStore.get(caller.tenantId, hook_id);
    return c.json(await shownSecret(deps, caller.tenantId, hook_id, kept), 200);
  });

  app.openapi(rotateRoute, async (c) => {
    const { deps, caller } = c.var;
    const { hook_id } = await found(deps, caller.tenantId, c.req.valid("param").id);
    return c.json(await rotateSecret(deps, caller.tenantId, hook_id), 200);
  });

  app.openapi(callRoute, async (c) => {
    const { deps } = c.var;
    const bytes = await boundedBody(c.req.raw);
    const digest = sha256Hex(bytes);
    const { hook, key } = await signedCall(deps, c.req.valid("param").id, c.req.raw.headers, {
      bytes,
      digest,
    });
    if (!hook.enabled) {
      throw new Problem("not_found", "The hook is disabled.");
    }
    const body = filled(hook.template, jsonOf(bytes).value as JsonValue);
    const caller = {
      keyId: hook.hook_id,
      secret: 0,
      tenantId: hook.tenant_id,
      scopes: new Set(["tasks:write"] as const),
    };
    const claim = {
      route: `POST ${HOOKS}/${hook.hook_id}`,
      key,
      fingerprint: digest,
    };
    const { task, replayed } = await submitHooked(deps, caller, body, claim);
    c.header("Location", `/api/v1/tasks/${task.task_id}`);
    if (replayed) {
      c.header("Idempotent-Replayed", "true");
    }
    const { task_id, status, created_at } = task;
    return c.json({ task_id, status, created_at }, 201);
  });
}

/**
 * The hook that a request is signed for, and what the request is called. Whether there is such a hook
 * is told only to those who can sign for it.
 * @throws Problem `invalid_signature`
 */
async function signedCall(
  deps: ApiDeps,
  id: string,
  headers: Headers,
  { bytes, digest }: { readonly bytes: Uint8Array<ArrayBuffer>; readonly digest: string },
): Promise<{ readonly hook: HookRow; readonly key: string }> {
  const known = HOOK_ID.test(id) ? await deps.hooks.find(id) : null;
  const now = deps.now();
  const secrets =
    known === null
      ? []
      : await deps.secrets.open(known.hook.tenant_id, known.hook.hook_id, known.secret, now);
  const key =
    known?.hook.scheme === "github"
      ? // Its header names the delivery, and is not signed: the same body is the same request.
        (await isSignedByGithub(headers, bytes, secrets))
        ? digest
        : null
      : await verifiedId(headers, bytes, secrets, now);
  if (known === null || key === null || key.length > 255) {
    throw new Problem(
      "invalid_signature",
      "The request is not signed with the secret of a hook at this address, or not within the last five minutes.",
      { headers: { "WWW-Authenticate": "Signature" } },
    );
  }
  return { hook: known.hook, key };
}

/** What a template comes to with what a request brought. @throws Problem `validation_failed` */
function filled(template: JsonObject, context: JsonValue): SubmitBody {
  const { value, faults } = fill(template, context);
  const [first] = faults;
  if (first !== undefined) {
    throw new Problem(
      "validation_failed",
      `The template cannot be filled: ${first.pointer} ${first.detail}.`,
      { faults },
    );
  }
  const parsed = submitBody.safeParse(value);
  if (!parsed.success) {
    throw validationProblem(parsed.error, "filled template");
  }
  return parsed.data;
}

/** A template that some request could make a submission of. @throws Problem `validation_failed` */
function checkedTemplate(template: Record<string, JsonValue>): JsonObject {
  if (JSON.stringify(template).length > MAX_TEMPLATE_CHARS) {
    throw invalid("/template", `is larger than ${MAX_TEMPLATE_CHARS} characters of JSON`);
  }
  const [malformed] = templateFaults(template);
  if (malformed !== undefined) {
    throw invalid(`/template${malformed.pointer}`, malformed.detail);
  }
  const { error } = submitBody.safeParse(template);
  // What a placeholder stands for is known with the request only.
  const issue = error?.issues.find(({ path }) => !isFilledLater(template, path));
  if (issue !== undefined) {
    throw invalid(`/template/${issue.path.map(String).join("/")}`, issue.message);
  }
  return template;
}

function isFilledLater(template: JsonObject, path: readonly PropertyKey[]): boolean {
  const value = path.reduce<unknown>(
    (inside, step) =>
      typeof inside === "object" && inside !== null ? Reflect.get(inside, step) : undefined,
    template,
  );
  return typeof value === "string" && hasPlaceholder(value);
}

async function found(deps: ApiDeps, tenantId: string, id: string): Promise<HookRow> {
  return (await deps.hooks.get(tenantId, id)) ?? notFound();
}

function notFound(): never {
  throw new Problem("not_found", "There is no such hook.");
}

function invalid(pointer: string, detail: string): Problem {
  return new Problem("validation_failed", `The body is not valid: ${pointer} ${detail}.`, {
    faults: [{ pointer, detail }],
  });
}

function hookJson(
  c: ApiContext,
  { hook_id, tenant_id: _tenant, ...row }: HookRow,
): schemas.HookJson {
  const origin = c.var.deps.config.publicUrl ?? new URL(c.req.url).origin;
  return { id: hook_id, url: `${origin}${HOOKS}/${hook_id}`, ...row };
}
