/** `/api/v1/admin/health` and `/metrics`: the counted state of a tenant, for operators. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../context.ts";
import { requireScope } from "../http/auth.ts";
import { TASK_ID, type Examples } from "../openapi/examples.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import { timestamp } from "../schemas.ts";
import { counted } from "./counted.ts";
import { metricsText } from "./metrics-text.ts";

/** Age of a pending task, and delay of a delivery, from which a tenant is degraded, seconds. */
const LATE_S = 300;

const count = z.number().int().min(0);

const adminHealth = z
  .object({
    status: z
      .enum(["ok", "degraded"])
      .describe(
        "`degraded` if a task was not started, or a webhook not notified, for five minutes, or a schedule is late.",
      ),
    tasks: z
      .array(
        z.object({
          status: z.string().describe("The status."),
          count: count.describe("Number of tasks."),
        }),
      )
      .describe("Tasks by status, most first; a status without tasks is absent."),
    waiting: z
      .array(
        z.object({
          reason: z.string().describe("What they wait for."),
          count: count.describe("Number of tasks."),
        }),
      )
      .describe("Unfinished tasks that wait, by reason, most first."),
    oldest_pending: z
      .object({
        task_id: z.string().describe("The task."),
        age_s: z.number().describe("Seconds since it could have been started."),
      })
      .nullable()
      .describe("The oldest task that was not started; null if all were."),
    webhooks: z
      .object({
        pending: count.describe("Deliveries that have not ended."),
        overdue_s: z.number().describe("Delay of the most overdue one in seconds; 0 if none is."),
      })
      .describe("Deliveries of webhooks."),
    schedules_late_since: timestamp
      .nullable()
      .describe("Since when a schedule is late; null if none is."),
    traces: z
      .object({
        failed_exports: count.describe("Exports that were given up."),
        rejected_spans: count.describe("Spans that the receiver rejected."),
        last_error: z.string().nullable().describe("The class of the last failure."),
      })
      .nullable()
      .describe("What could not be sent of traces; null if the tenant sends none."),
    providers: z.array(z.string()).describe("The model providers that are configured."),
  })
  .openapi("AdminHealth", { description: "The state of the tenant's tasks and notifications." });

/** Examples by schema name. */
export const loadExamples: Examples = {
  AdminHealth: {
    status: "ok",
    tasks: [
      { status: "completed", count: 340 },
      { status: "waiting", count: 1 },
    ],
    waiting: [{ reason: "approval", count: 1 }],
    oldest_pending: { task_id: TASK_ID, age_s: 0.4 },
    webhooks: { pending: 0, overdue_s: 0 },
    schedules_late_since: null,
    traces: null,
    providers: ["local"],
  },
};

const shared = { security: SECURED, middleware: [requireScope("admin")] };

const healthRoute = createRoute({
  ...shared,
  tags: ["Admin"],
  method: "get",
  path: "/api/v1/admin/health",
  operationId: "getAdminHealth",
  summary: "Get the state of the tenant's tasks",
  description:
    "Counts stored state: it asks no run, and costs the same for any number of ended tasks.",
  responses: { 200: json("The state.", adminHealth), ...refusals() },
});

const metricsRoute = createRoute({
  ...shared,
  tags: ["System"],
  method: "get",
  path: "/metrics",
  operationId: "getMetrics",
  summary: "Get metrics for Prometheus",
  description: "The counted state of the tenant of the key, in the exposition format 0.0.4.",
  responses: {
    200: {
      description: "The metrics.",
      content: { "text/plain": { schema: z.string() } },
    },
    ...refusals(),
  },
});

/** Adds the routes to an app. */
export function loadRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(healthRoute, async (c) => {
    const state = await counted(c.var.deps, c.var.caller);
    const { oldestPending, deliveries, lateSchedules, traces } = state;
    const isLate = (oldestPending?.age_s ?? 0) > LATE_S || deliveries.overdue_s > LATE_S;
    return c.json(
      {
        status: isLate || lateSchedules !== null ? ("degraded" as const) : ("ok" as const),
        tasks: state.byStatus.map(({ value, count: tasks }) => ({ status: value, count: tasks })),
        waiting: state.byWait.map(({ value, count: tasks }) => ({ reason: value, count: tasks })),
        oldest_pending: oldestPending,
        webhooks: { ...deliveries },
        schedules_late_since: lateSchedules,
        traces:
          traces === null
            ? null
            : {
                failed_exports: traces.failed_exports,
                rejected_spans: traces.rejected_spans,
                last_error: traces.last_error,
              },
        providers: [...state.providers],
      },
      200,
    );
  });

  app.openapi(metricsRoute, async (c) => {
    const text = metricsText(await counted(c.var.deps, c.var.caller));
    return c.text(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  });
}
