/** Filters of the runs in the address, and as the service takes them. */
import type { ListQuery } from "../../data/task-list.ts";
import { oneOf, pairs, someOf, text, type QueryValues } from "../../route/query-state.ts";

export const STATUSES = [
  "running",
  "waiting",
  "pending",
  "completed",
  "failed",
  "cancelled",
] as const;

export const WAITS = [
  "approval",
  "input",
  "budget",
  "timer",
  "children",
  "schedule",
  "concurrency",
  "turn",
  "provider",
] as const;

/** Times since which a task was created, in hours. */
const PERIODS = { "": null, "1h": 1, "24h": 24, "7d": 168, "30d": 720 } as const;

/** The filters, each with its form in the address. */
export const FILTERS = {
  q: text,
  status: someOf(...STATUSES),
  wait: oneOf("", ...WAITS),
  agent: text,
  schedule: text,
  group: text,
  since: oneOf("", "1h", "24h", "7d", "30d"),
  metadata: pairs,
};

export type Filters = QueryValues<typeof FILTERS>;

/** The filters as the service takes them. `now` in milliseconds since 1970. */
export function queryOf(
  { q, status, wait, agent, schedule, group, since, metadata }: Filters,
  now: number,
): ListQuery {
  const hours = PERIODS[since];
  return {
    ...(q !== "" && { q }),
    ...(status.length > 0 && { status }),
    ...(wait !== "" && { waiting_for: wait }),
    ...(agent !== "" && { agent }),
    ...(schedule !== "" && { schedule_id: schedule }),
    ...(group !== "" && { group_id: group }),
    ...(hours !== null && { created_after: new Date(now - hours * 3_600_000).toISOString() }),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}
