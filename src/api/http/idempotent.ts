/**
 * `Idempotency-Key` for a route that does something: the same key and body are given the answer of
 * the first request, and the work is done once. A route has it by naming `idempotent` after
 * `jsonBody` in its middleware; the document then says so by itself. Not for answers that show a
 * secret once: they are kept in clear for a day. Tasks do it themselves, see `submit.ts`: a task and
 * its key are written in one batch.
 */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { sha256Hex } from "../../crypto/sha256.ts";
import { canonicalJson, type JsonValue } from "../../run/value/json.ts";
import type { AnswerName, KeptAnswer } from "../../store/answers.ts";
import type { AppEnv } from "../context.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { Problem } from "./problem.ts";

/** Headers that belong to an answer and not to the request that it was given to. */
const KEPT = ["Content-Type", "Location", "ETag"];

/** Does a request once for each `Idempotency-Key`; without one it changes nothing. @throws Problem */
export const idempotent = createMiddleware<AppEnv>(async (c, next) => {
  const key = idempotencyKey(c);
  if (key === null) {
    return next();
  }
  const { deps, caller } = c.var;
  const route = `${c.req.method} ${routePath(c).replaceAll(/:(\w+)/g, "{$1}")}`;
  const name: AnswerName = { tenantId: caller.tenantId, route, key };
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
    // What was done is done; until the claim is old, the key stands for a request under way.
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
