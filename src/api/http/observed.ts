/** Reports each request to the observer: its route as a pattern, its status and its ids. */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { ObservedIds } from "../../observe.ts";
import { defined } from "../../run/value/defined.ts";
import { parseTraceparent } from "../../run/value/trace-context.ts";
import type { ApiContext, ApiDeps, AppEnv } from "../context.ts";
import type { Caller } from "../../store/keys.ts";

const TASK = /\/tasks\/(task_[0-9a-f-]{36})(?:\/|$)/;

/** Middleware that reports the request when its response begins. */
export const observed = createMiddleware<AppEnv>(async (c, next) => {
  const start = Date.now();
  await next();
  // Undefined if a setting is invalid.
  const deps: ApiDeps | undefined = c.var.deps;
  const { status } = c.res;
  deps?.observer.span?.({
    name: "http.request",
    start,
    end: Date.now(),
    level: status >= 500 ? "error" : status >= 400 ? "warn" : "info",
    ...requestIds(c),
    attributes: { method: c.req.method, route: routePath(c, -1), status },
  });
});

/** Returns what a request belongs to, as far as it is known. */
export function requestIds(c: ApiContext): ObservedIds & Required<Pick<ObservedIds, "request_id">> {
  // Undefined before the key is read.
  const caller: Caller | undefined = c.var.caller;
  const trace = parseTraceparent(c.req.header("traceparent") ?? "");
  const location = c.finalized ? c.res.headers.get("Location") : null;
  const task = TASK.exec(c.req.path) ?? TASK.exec(location ?? "");
  return defined({
    request_id: c.var.requestId,
    tenant_id: caller?.tenantId,
    task_id: task?.[1],
    trace_id: trace?.traceId,
    span_id: trace?.spanId,
  });
}
