/** `POST /hooks/{id}`: starts a task for a request that is signed with the hook's secret. */
import { sha256Hex } from "../../crypto/sha256.ts";
import { isSignedByGithub, verifiedId } from "../../crypto/signature.ts";
import type { JsonValue } from "../../run/value/json.ts";
import type { HookRow } from "../../store/hooks.ts";
import type { ApiDeps, ApiHandler } from "../context.ts";
import { checkRate } from "../http/auth.ts";
import { boundedBody, jsonOf } from "../http/body.ts";
import { Problem } from "../http/problem.ts";
import { traceIn } from "../http/trace-context.ts";
import { submitHooked } from "../tasks/submit.ts";
import { CALLS, type callRoute } from "./operations.ts";
import { filled } from "./template.ts";

/** Hooks of earlier versions have an id without hyphens. */
const HOOK_ID = /^hook_(?:[0-9a-f]{32}|[0-9a-f-]{36})$/;

/** Starts a task from the hook's template. A repeated request returns the same task. */
export const callHook: ApiHandler<typeof callRoute> = async (c) => {
  const { deps } = c.var;
  const { id } = c.req.valid("param");
  // Before the body is read: anyone can send one.
  await checkRate(deps, `hook:${id}`);
  const bytes = await boundedBody(c.req.raw);
  const digest = sha256Hex(bytes);
  const { hook, key } = await signedCall(deps, id, c.req.raw.headers, {
    bytes,
    digest,
  });
  await checkRate(deps, hook.tenant_id);
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
  const trace = traceIn(c.req.raw.headers);
  const claim = { route: `POST ${CALLS}/${hook.hook_id}`, key, fingerprint: digest };
  const { task, replayed } = await submitHooked(deps, caller, body, claim, trace);
  c.header("Location", `/api/v1/tasks/${task.task_id}`);
  if (replayed) {
    c.header("Idempotent-Replayed", "true");
  }
  const { task_id, status, created_at } = task;
  return c.json({ id: task_id, task_id, status, created_at }, 201);
};

/**
 * Verifies the signature of a request. Returns the hook and the request's idempotency key. An
 * unknown hook and a wrong signature cause the same problem, so that callers cannot probe for
 * hooks.
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
      ? // GitHub does not sign its delivery id, so the digest of the body identifies a request.
        (await isSignedByGithub(headers, bytes, secrets))
        ? digest
        : null
      : await verifiedId(headers, bytes, secrets, now);
  if (known === null || key === null || key.length > 255) {
    throw new Problem(
      "invalid_signature",
      "The request is not signed with the secret of a hook at this URL, or not within the last five minutes.",
      { headers: { "WWW-Authenticate": "Signature" } },
    );
  }
  return { hook: known.hook, key };
}
