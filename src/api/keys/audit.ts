/** `/api/v1/admin/audit`: the audit log of the tenant. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import type { AppEnv } from "../context.ts";
import { cursorOf, DEFAULT_LIMIT, pageOf } from "../http/cursor.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";

const AUDIT_ID = /^audit_[0-9a-f-]{36}$/;

const auditRoute = createRoute({
  method: "get",
  path: "/api/v1/admin/audit",
  operationId: "listAudit",
  summary: "List audit entries, newest first",
  description:
    "Records created, rotated and revoked keys; changes of agents, tools and budgets; decided approvals, changed limits and cancelled tasks. `by` is the id of a key. No entry contains a secret.",
  tags: ["Admin"],
  security: SECURED,
  middleware: [requireScope("audit:read")] as const,
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of entries.", schemas.auditList),
    ...refusals("validation_failed"),
  },
});

/** Adds the audit route to an app. */
export function auditRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(auditRoute, async (c) => {
    const { deps, caller } = c.var;
    const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
    const before =
      cursor === undefined ? null : await cursorOf(deps, caller, cursor, { form: AUDIT_ID });
    const found = await deps.audit.list(caller.tenantId, limit + 1, before);
    const page = await pageOf(deps, caller, found, limit, (row) => row.audit_id);
    const data = page.data.map(({ audit_id: id, ...entry }) => ({ id, ...entry }));
    return c.json({ data, next_cursor: page.next_cursor }, 200);
  });
}
