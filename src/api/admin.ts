/**
 * `/api/v1/admin/invariants`: lists current invariant violations. Every unfinished task must have a
 * queued message, an alarm, an active slice, or a wait that a client or another task ends. Lists
 * tasks without any of these, tasks whose row is behind their run, and runs that do not respond.
 * Repairs nothing: the reconciler does.
 */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { RunHealth } from "../durable/run/rpc.ts";
import { isTerminal } from "../run/decide/view.ts";
import { isoTime } from "../run/value/time.ts";
import type { OpenTask } from "../store/tasks/tasks.ts";
import { requireScope } from "./http/auth.ts";
import type { Caller } from "../store/keys.ts";
import type { ApiDeps, AppEnv } from "./context.ts";
import { cursorOf, DEFAULT_LIMIT, pageOf } from "./http/cursor.ts";
import { json, refusals, SECURED } from "./openapi/routes.ts";
import { listOf, plainPageQuery, TASK_STATUSES } from "./schemas.ts";
import type { Examples } from "./openapi/examples.ts";

/** Time for a message, an alarm or a write to D1 in flight before its absence is a violation. */
const GRACE_MS = 120_000;
/** Maximum orphans that are looked up for one page. */
const MAX_ORPHANS = 1000;
/** Durable Objects checked in parallel. */
const WIDTH = 6;

const KINDS = [
  "not_dispatched",
  "no_alarm",
  "overdue",
  "behind",
  "no_log",
  "unreachable",
  "orphaned",
  "late_schedules",
  "stuck_turn",
] as const;

const violation = z
  .object({
    kind: z.enum(KINDS).describe("What is wrong."),
    task_id: z.string().nullable().describe("The task; null for `late_schedules`."),
    status: z
      .enum(TASK_STATUSES)
      .nullable()
      .openapi({ description: "Its status, as in the task list; null for `late_schedules`." }),
    detail: z.string().describe("What is wrong, for people."),
  })
  .openapi("Violation");

const invariants = listOf(violation)
  .extend({
    checked: z.number().int().openapi({ description: "Number of tasks checked on this page." }),
  })
  .openapi("Invariants", {
    description:
      "Current invariant violations among one page of unfinished tasks. A page without any may have a next one.",
  });

/** Examples by schema name. */
export const adminExamples: Examples = {
  Invariants: { data: [], next_cursor: null, checked: 50 },
};

const invariantsRoute = createRoute({
  method: "get",
  path: "/api/v1/admin/invariants",
  operationId: "checkInvariants",
  summary: "List invariant violations",
  description:
    "Checks the runs of one page of unfinished tasks: `limit` and `cursor` count tasks, not violations. An empty list means that there is no violation.",
  tags: ["Admin"],
  security: SECURED,
  middleware: [requireScope("admin")] as const,
  request: { query: plainPageQuery },
  responses: {
    200: json("The violations on this page.", invariants),
    ...refusals("validation_failed"),
  },
});

type Violation = z.output<typeof violation>;

/** Adds the admin routes to an app. */
export function adminRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(invariantsRoute, async (c) => {
    const { deps, caller } = c.var;
    const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
    const after = cursor === undefined ? "" : await cursorOf(deps, caller, cursor);
    const open = await deps.tasks.open(caller.tenantId, after, limit + 1);
    const page = await pageOf(deps, caller, open, limit, ({ task_id }) => task_id);
    const found: Violation[] = await orphansOn(page.data, caller, deps);
    found.push(...(await stuckTurnsOn(page.data, caller, deps)));
    const rest = page.data.values();
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        for (const task of rest) {
          const offence = await offenceOf(task, deps);
          if (offence !== null) {
            const { task_id, status } = task;
            found.push({ ...offence, task_id, status });
          }
        }
      }),
    );
    if (cursor === undefined) {
      found.push(...(await lateSchedules(deps, caller.tenantId)));
    }
    const data = found.toSorted((a, b) => ((a.task_id ?? "") < (b.task_id ?? "") ? -1 : 1));
    return c.json({ data, next_cursor: page.next_cursor, checked: page.data.length }, 200);
  });
}

/** Returns the tasks of a page that should have been cancelled with their parents. */
async function orphansOn(
  page: readonly OpenTask[],
  { tenantId }: Caller,
  deps: ApiDeps,
): Promise<Violation[]> {
  const [first] = page;
  const last = page.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const orphans = await deps.trees.orphans(tenantId, MAX_ORPHANS);
  const late = new Set(
    page
      .filter((task) => deps.now() - Date.parse(task.updated_at) > GRACE_MS)
      .map(({ task_id }) => task_id),
  );
  return orphans
    .filter(({ task_id }) => late.has(task_id))
    .map(({ task_id, status }) => ({
      kind: "orphaned",
      task_id,
      status,
      detail: "The task that started it has ended, and it was not cancelled.",
    }));
}

/** Returns the turns of a page that wait although the turn before them has ended. */
async function stuckTurnsOn(
  page: readonly OpenTask[],
  { tenantId }: Caller,
  deps: ApiDeps,
): Promise<Violation[]> {
  const ids = new Set(page.map(({ task_id }) => task_id));
  const before = isoTime(deps.now() - GRACE_MS - deps.config.checkAgainMs);
  const stuck = ids.size === 0 ? [] : await deps.conversations.stuck(tenantId, before, MAX_ORPHANS);
  return stuck
    .filter((id) => ids.has(id))
    .map((task_id) => ({
      kind: "stuck_turn",
      task_id,
      status: "pending",
      detail: "The turn before it has ended, and it was not started.",
    }));
}

/** Returns the violation of a timetable whose alarm is late and that the reconciler has not woken. */
async function lateSchedules(deps: ApiDeps, tenantId: string): Promise<Violation[]> {
  const since = await deps.timetables.lateSince(tenantId, isoTime(deps.now() - GRACE_MS));
  const detail = `Schedules have been overdue since before ${since}.`;
  return since === null ? [] : [{ kind: "late_schedules", task_id: null, status: null, detail }];
}

type Offence = Pick<Violation, "kind" | "detail">;

async function offenceOf(task: OpenTask, deps: ApiDeps): Promise<Offence | null> {
  const age = deps.now() - Date.parse(task.updated_at);
  try {
    const run = await deps.run(task.tenant_id, task.task_id).health();
    return run.last_seq === 0
      ? notBegun(task, age, deps)
      : (behind(run, age) ?? forgotten(run, deps.now()));
  } catch (error) {
    deps.observer.fault("invariants", error);
    return { kind: "unreachable", detail: "The run's object does not respond." };
  }
}

function notBegun(task: OpenTask, age: number, deps: ApiDeps): Offence | null {
  if (task.waiting_for === "turn") {
    return null;
  }
  if (task.status !== "pending") {
    return { kind: "no_log", detail: "The task list has the run as started, but it has no log." };
  }
  return age > GRACE_MS + deps.config.reconcileAfterMs
    ? { kind: "not_dispatched", detail: `Accepted ${age} ms ago, but its run has not started.` }
    : null;
}

function behind(run: RunHealth, age: number): Offence | null {
  return isTerminal(run.status) && age > GRACE_MS
    ? { kind: "behind", detail: `The run is ${run.status}, but the task list does not show it.` }
    : null;
}

function forgotten(run: RunHealth, now: number): Offence | null {
  if (run.active || run.due_at === null || isTerminal(run.status)) {
    return null;
  }
  if (run.alarm === null) {
    return { kind: "no_alarm", detail: "The run could continue by itself, but has no alarm." };
  }
  const dropped = now - run.alarm;
  const late = run.alarm - Math.max(run.due_at, now);
  if (dropped > GRACE_MS) {
    return { kind: "overdue", detail: `The run's alarm was due ${dropped} ms ago.` };
  }
  return late > GRACE_MS
    ? { kind: "overdue", detail: `The run's alarm is set ${late} ms too late.` }
    : null;
}
