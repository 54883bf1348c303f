/**
 * `Idempotency-Key` for routes with side effects: requests with the same key and body run once and
 * get the first response. A route lists `idempotent` after `jsonBody` in its middleware, and the
 * OpenAPI document includes it. Not for responses that show a secret once, because responses are
 * stored in plain text for a day. Task submission does not use it: `submit.ts` writes a task and
 * its key in one batch.
 */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { sha256Hex } from "../../crypto/sha256.ts";
import { isTaskId } from "../../run/value/id.ts";
import { canonicalJson, type JsonValue } from "../../run/value/json.ts";
import type { AnswerName, KeptAnswer } from "../../store/answers.ts";
import type { AppEnv } from "../context.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { Problem } from "./problem.ts";

/** Headers of a response that are stored and replayed. */
const KEPT = ["Content-Type", "Location", "ETag"];

/** Runs a request once per `Idempotency-Key`. Has no effect without the header. @throws Problem */
export const idempotent = createMiddleware<AppEnv>(async (c, next) => {
  const key = idempotencyKey(c);
  if (key === null) {
    return next();
  }
  const { deps, caller } = c.var;
  const route = `${c.req.method} ${routePath(c).replaceAll(/:(\w+)/g, "{$1}")}`;
  const id = c.req.param("id") ?? "";
  const taskId = isTaskId(id) ? id : null;
  const name: AnswerName = { tenantId: caller.tenantId, route, key, taskId };
  const request: JsonValue = [c.req.path, await c.req.json<JsonValue>()];
  const claim = crypto.randomUUID();
  const found = await deps.answers.claim(
    name,
    sha256Hex(canonicalJson(request)),
    claim,
    deps.now(),
  );
  switch (found.kind) {
    case "other":
      throw new Problem(
        "idempotency_key_reused",
        "This idempotency key was used for a different request.",
      );
    case "under_way":
      throw new Problem(
        "idempotency_in_progress",
        "The first request with this idempotency key is still in progress.",
        { headers: { "Retry-After": "1" } },
      );
    case "answered": {
      const { status, headers, body } = found.answer;
      c.header("Idempotent-Replayed", "true");
      return c.body(body, status as ContentfulStatusCode, { ...headers });
    }
    case "mine":
      break;
    default:
      return found satisfies never;
  }
  await next();
  try {
    await (c.res.ok
      ? deps.answers.keep(name, claim, await answerOf(c.res))
      : deps.answers.release(name, claim));
  } catch (error) {
    // The work is done. Until the claim expires, the key counts as a request in progress.
    deps.observer.fault("idempotency.keep", error);
  }
});

async function answerOf(response: Response): Promise<KeptAnswer> {
  const kept = KEPT.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    status: response.status,
    headers: Object.fromEntries(kept),
    body: await response.clone().text(),
  };
}
