/** The state of a tenant as text of Prometheus (exposition format 0.0.4). */
import type { Counted } from "./counted.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const STATUSES = ["pending", "running", "waiting", "completed", "failed", "cancelled"];

/** Returns the state as metrics. */
export function metricsText(state: Counted): string {
  const { byStatus, byWait, oldestPending, deliveries, lateSchedules, traces, today } = state;
  const { deployment, stuck, incidents } = state;
  const ofStatus = new Map(byStatus.map(({ value, count }) => [value, count]));
  const sums = (field: "model_calls" | "input_tokens" | "output_tokens"): Sample[] =>
    today.map((sum) => [{ model: sum.model ?? "" }, sum[field]]);
  return [
    gauge(
      "opspawn_tasks",
      "Tasks by status; those that have ended until they are deleted.",
      STATUSES.map((status) => [{ status }, ofStatus.get(status) ?? 0]),
    ),
    gauge(
      "opspawn_tasks_waiting",
      "Unfinished tasks that wait, by reason.",
      byWait.map(({ value, count }) => [{ reason: value }, count]),
    ),
    gauge("opspawn_oldest_pending_seconds", "Age of the oldest task that was not started.", [
      [{}, oldestPending?.age_s ?? 0],
    ]),
    gauge("opspawn_webhook_deliveries_pending", "Deliveries of webhooks that have not ended.", [
      [{}, deliveries.pending],
    ]),
    gauge("opspawn_webhook_deliveries_overdue_seconds", "Delay of the most overdue delivery.", [
      [{}, deliveries.overdue_s],
    ]),
    gauge("opspawn_schedules_late", "1 if a schedule is late by more than two minutes.", [
      [{}, lateSchedules === null ? 0 : 1],
    ]),
    gauge("opspawn_trace_exports_failed", "Exports of traces that were given up.", [
      [{}, traces?.failed_exports ?? 0],
    ]),
    gauge("opspawn_trace_spans_rejected", "Spans that the receiver of traces rejected.", [
      [{}, traces?.rejected_spans ?? 0],
    ]),
    gauge("opspawn_deployment_exports_failed", "Exports to the deployment's receiver, given up.", [
      [{}, deployment.failed_exports],
    ]),
    gauge("opspawn_deployment_spans_rejected", "Spans that the deployment's receiver rejected.", [
      [{}, deployment.rejected_spans],
    ]),
    gauge("opspawn_tasks_orphaned", "Tasks that were not cancelled with their parents.", [
      [{}, stuck.orphans],
    ]),
    gauge("opspawn_turns_stuck", "Queued turns that were not started after the turn before.", [
      [{}, stuck.turns],
    ]),
    counter(
      "opspawn_recoveries_total",
      "Recoveries after an interruption, as of the last waits and ends of runs.",
      [[{}, incidents.recoveries]],
    ),
    counter(
      "opspawn_provider_failures_total",
      "Failed attempts of model calls, as of the last waits and ends of runs.",
      incidents.failures.map(({ provider, code, n }) => [{ provider, code }, n]),
    ),
    gauge(
      "opspawn_cost_usd_today",
      "Cost of model calls today (UTC), as of the last waits and ends of runs.",
      today.map((sum) => [{ model: sum.model ?? "" }, sum.cost_micro_usd / 1_000_000]),
    ),
    gauge("opspawn_model_calls_today", "Model calls today (UTC).", sums("model_calls")),
    gauge("opspawn_input_tokens_today", "Input tokens today (UTC).", sums("input_tokens")),
    gauge("opspawn_output_tokens_today", "Output tokens today (UTC).", sums("output_tokens")),
  ].join("");
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  return metric("gauge", name, help, samples);
}

function counter(name: string, help: string, samples: readonly Sample[]): string {
  return metric("counter", name, help, samples);
}

function metric(type: string, name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
