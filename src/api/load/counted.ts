/** Use case: counts the state of a tenant, for operators. Reads stored counts and open tasks only. */
import { isoTime } from "../../run/value/time.ts";
import type { Caller } from "../../store/keys.ts";
import type { IncidentCounts } from "../../store/incidents.ts";
import type { UsageSum } from "../../store/usage.ts";
import type { TaskCount } from "../../store/tasks/tasks.ts";
import type { ApiDeps } from "../context.ts";

/** Maximum models of the report. */
const MAX_MODELS = 100;

/** The state of a tenant. */
export interface Counted {
  readonly byStatus: readonly TaskCount[];
  readonly byWait: readonly TaskCount[];
  readonly oldestPending: { readonly task_id: string; readonly age_s: number } | null;
  readonly deliveries: { readonly pending: number; readonly overdue_s: number };
  /** Since when a schedule is late, RFC 3339; null if none is. */
  readonly lateSchedules: string | null;
  readonly traces: {
    readonly failed_exports: number;
    readonly rejected_spans: number;
    readonly last_error: string | null;
  } | null;
  /** What could not be sent to the receiver of the deployment. */
  readonly deployment: { readonly failed_exports: number; readonly rejected_spans: number };
  /** Tasks that were not cancelled with their parents, and turns that were not started: 100 at most. */
  readonly stuck: { readonly orphans: number; readonly turns: number };
  readonly providers: readonly string[];
  readonly incidents: IncidentCounts;
  /** Usage of today (UTC), by model. */
  readonly today: readonly UsageSum[];
}

/** Time that a schedule may be late, milliseconds. */
const GRACE_MS = 120_000;
/** Maximum stuck tasks that are counted. */
const MAX_STUCK = 100;

/** Counts the state of the caller's tenant. */
export async function counted(deps: ApiDeps, { tenantId }: Caller): Promise<Counted> {
  const now = deps.now();
  const day = isoTime(now).slice(0, 10);
  const stuckBefore = isoTime(now - GRACE_MS - deps.config.checkAgainMs);
  const [statuses, waits, load, late, telemetry, deployment, orphans, turns, incidents, today] =
    await Promise.all([
      deps.tasks.counts(tenantId, "status", {}),
      deps.tasks.counts(tenantId, "waiting_for", {}),
      deps.load.of(tenantId, isoTime(now)),
      deps.timetables.lateSince(tenantId, isoTime(now - GRACE_MS)),
      deps.telemetry.get(tenantId),
      deps.telemetry.deploymentFailures(),
      deps.trees.orphans(tenantId, MAX_STUCK),
      deps.conversations.stuck(tenantId, stuckBefore, MAX_STUCK),
      deps.incidents.of(tenantId),
      deps.usage.sums(tenantId, day, day, ["model"], MAX_MODELS, null),
    ]);
  const { oldestPending, deliveries } = load;
  return {
    byStatus: statuses.groups,
    byWait: waits.groups,
    oldestPending:
      oldestPending === null
        ? null
        : { task_id: oldestPending.task_id, age_s: secondsSince(oldestPending.since, now) },
    deliveries: {
      pending: deliveries.pending,
      overdue_s: deliveries.firstDueAt === null ? 0 : secondsSince(deliveries.firstDueAt, now),
    },
    lateSchedules: late,
    traces: telemetry,
    deployment,
    stuck: { orphans: orphans.length, turns: turns.length },
    providers: [...deps.catalogue.providers],
    incidents,
    today,
  };
}

function secondsSince(at: string, now: number): number {
  return Math.max(0, (now - Date.parse(at)) / 1000);
}
