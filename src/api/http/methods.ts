/** Answers requests whose path or method no route has: 404, 405 with `Allow`, or 204 for OPTIONS. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { ApiContext, AppEnv } from "../context.ts";
import { Problem, problemResponse } from "./problem.ts";

/** Handles requests that no route matches. */
export function unmatched(app: OpenAPIHono<AppEnv>, c: ApiContext): Response {
  const methods = new Set(
    app.routes
      .filter((route) => route.method !== "ALL" && pathMatches(route.path, c.req.path))
      .map((route) => route.method),
  );
  return methods.size === 0
    ? problemResponse(c, new Problem("not_found", "No resource has this path."))
    : otherMethod(c, methods);
}

/**
 * Keeps a path like `/tasks/batch` from being read as `/tasks/{id}` when its method is not one of
 * its own.
 */
export function literalPaths(app: OpenAPIHono<AppEnv>) {
  let literals: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  return createMiddleware<AppEnv>(async (c, next) => {
    literals ??= literalsOf(app);
    const methods = literals.get(c.req.path);
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    return methods === undefined || methods.has(method) ? next() : otherMethod(c, methods);
  });
}

function literalsOf(app: OpenAPIHono<AppEnv>): ReadonlyMap<string, ReadonlySet<string>> {
  const literals = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method !== "ALL" && !/[:*]/.test(path)) {
      literals.set(path, (literals.get(path) ?? new Set()).add(method));
    }
  }
  return literals;
}

function otherMethod(c: ApiContext, methods: ReadonlySet<string>): Response {
  const allowed = [...methods, "OPTIONS", ...(methods.has("GET") ? ["HEAD"] : [])];
  const allow = [...new Set(allowed)].toSorted().join(", ");
  const headers = { Allow: allow };
  if (c.req.method === "OPTIONS") {
    return c.body(null, 204, headers);
  }
  const detail = `${c.req.method} is not allowed here; ${allow} is.`;
  return problemResponse(c, new Problem("method_not_allowed", detail, { headers }));
}

function pathMatches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => (part.startsWith(":") ? given[i] !== "" : part === given[i]))
  );
}
