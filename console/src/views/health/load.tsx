/** The state of the tenant's tasks and notifications: what waits, and what could not be sent. */
import type { AdminHealth } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Mark } from "../../parts/chip.tsx";
import { countText, spanText } from "../../parts/number.ts";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Line } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";

const EVERY_MS = 30_000;

/** The section of the load. */
export function Load() {
  const state = useQuery("admin-health", ({ health }, signal) => health.load({ signal }), {
    everyMs: EVERY_MS,
  });
  return (
    <Section title="Load">
      <Loaded state={state}>{(load) => <Facts load={load} />}</Loaded>
    </Section>
  );
}

function Facts({ load }: { readonly load: AdminHealth }) {
  const { status, tasks, waiting, oldest_pending, webhooks, schedules_late_since, traces } = load;
  const isOk = status === "ok";
  const open = tasks.filter(({ status: one }) => OPEN.has(one));
  return (
    <>
      <p class={`status tone-${isOk ? "ok" : "bad"}`}>
        <Mark tone={isOk ? "ok" : "bad"} />
        <strong>{isOk ? "Nothing is late" : "Work is late"}</strong>
      </p>
      <dl class="facts">
        <dt>Unfinished tasks</dt>
        <dd>{listed(open.map(({ status: one, count }) => [one, count]))}</dd>
        <dt>Waiting for</dt>
        <dd>{listed(waiting.map(({ reason, count }) => [reason, count]))}</dd>
        <dt>Oldest not started</dt>
        <dd>
          {oldest_pending === null ? (
            "none"
          ) : (
            <>
              <a href={hrefTo(["runs", oldest_pending.task_id])}>
                <Line text={oldest_pending.task_id} />
              </a>{" "}
              for {spanText(oldest_pending.age_s * 1000)}
            </>
          )}
        </dd>
        <dt>Webhook deliveries</dt>
        <dd>
          {countText(webhooks.pending)} pending
          {webhooks.overdue_s > 0 && `, overdue by ${spanText(webhooks.overdue_s * 1000)}`}
        </dd>
        <dt>Schedules</dt>
        <dd>{schedules_late_since === null ? "on time" : "late"}</dd>
        <dt>Traces</dt>
        <dd>
          {traces === null
            ? "not sent"
            : `${countText(traces.failed_exports)} exports failed, ${countText(traces.rejected_spans)} spans rejected`}
        </dd>
      </dl>
    </>
  );
}

const OPEN: ReadonlySet<string> = new Set(["pending", "running", "waiting"]);

function listed(counts: readonly (readonly [name: string, count: number])[]): string {
  return counts.length === 0
    ? "none"
    : counts.map(([name, count]) => `${countText(count)} ${name}`).join(", ");
}
