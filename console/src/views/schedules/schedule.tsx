/** One schedule: a calendar of its firings, what was not made and why, and what comes next. */
import { useState } from "preact/hooks";
import type { Schedule } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { BackLink, Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { useTitle } from "../../parts/title.ts";
import { hrefTo, type ViewProps } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { Calendar } from "./calendar-view.tsx";
import { Firings } from "./firings.tsx";
import { Occurrences } from "./occurrences.tsx";
import { ScheduleDialogs, type ScheduleDialog } from "./schedule-dialogs.tsx";
import { ScheduleState } from "./schedule-state.tsx";

const EVERY_MS = 15_000;
const FIRINGS = 100;
const COMING = 50;
const LISTED = 8;

/** The view of a schedule. */
export function ScheduleView({ params }: ViewProps) {
  const id = params["id"] ?? "";
  const [open, setOpen] = useState<ScheduleDialog | null>(null);
  const state = useQuery(
    `schedule/${id}`,
    ({ schedules }, signal) => schedules.get(id, { signal }).withResponse(),
    { everyMs: EVERY_MS },
  );
  const schedule = state.value?.data;
  useTitle(schedule?.name ?? "Schedule");
  const needs = lacking("schedules:write");
  const isPaused = schedule?.state === "paused";
  return (
    <>
      <BackLink href={hrefTo(["schedules"])}>Schedules</BackLink>
      <PageHead title={<Text text={schedule?.name ?? "Schedule"} />} about={<code>{id}</code>}>
        <Button kind="danger" needs={needs} onClick={() => setOpen("delete")}>
          Delete
        </Button>
        <Button needs={needs} onClick={() => setOpen("edit")}>
          Change
        </Button>
        <Button needs={needs} onClick={() => setOpen(isPaused ? "resume" : "pause")}>
          {isPaused ? "Resume" : "Pause"}
        </Button>
        <Button kind="primary" icon="send" needs={needs} onClick={() => setOpen("trigger")}>
          Fire now
        </Button>
      </PageHead>
      <Loaded state={state} skeleton="card">
        {({ data, etag }) => (
          <div class="setup-columns">
            <div class="setup">
              <Days schedule={data} />
              <Firings id={id} />
            </div>
            <div class="setup">
              <Facts schedule={data} />
              <Section title="Task">
                <JsonTree key={data.version} value={data.action.task} label="the task" />
              </Section>
              <Section title="When">
                <JsonTree key={data.version} value={givenOf(data.spec)} label="the spec" />
              </Section>
              <Section title="If something is in the way">
                <JsonTree key={data.version} value={givenOf(data.policy)} label="the policy" />
              </Section>
            </div>
            {open !== null && (
              <ScheduleDialogs
                open={open}
                schedule={data}
                etag={etag}
                onClose={() => setOpen(null)}
              />
            )}
          </div>
        )}
      </Loaded>
    </>
  );
}

function Days({ schedule: { id, spec, state } }: { readonly schedule: Schedule }) {
  const read = useQuery(
    `schedule/${id}/days`,
    async ({ schedules }, signal) => {
      const [fires, next] = await Promise.all([
        schedules.fires(id, { limit: FIRINGS }, { signal }),
        state === "active" ? schedules.next(id, { limit: COMING }, { signal }) : { data: [] },
      ]);
      return { fires: fires.data, next: next.data };
    },
    { everyMs: EVERY_MS },
  );
  return (
    <Loaded state={read} skeleton="card">
      {({ fires, next }) => (
        <>
          <Section title="Next">
            <Occurrences items={next.slice(0, LISTED)} />
          </Section>
          <Section title="Calendar">
            <Calendar firings={fires} next={next} timezone={spec.timezone} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

function Facts({ schedule }: { readonly schedule: Schedule }) {
  const { id, action, state, note, paused_by, started, skipped, created_by } = schedule;
  return (
    <Section title="Schedule">
      <ScheduleState state={state} />
      <dl class="facts">
        {paused_by !== null && (
          <>
            <dt>Paused by</dt>
            <dd>
              <Text text={paused_by} />
            </dd>
          </>
        )}
        {note !== null && (
          <>
            <dt>Note</dt>
            <dd>
              <Text text={note} />
            </dd>
          </>
        )}
        <dt>Made</dt>
        <dd>
          {started} (<a href={hrefTo(["runs"], { schedule: id })}>its runs</a>)
        </dd>
        {action.agent_version !== null && (
          <>
            <dt>Agent version</dt>
            <dd>{action.agent_version}</dd>
          </>
        )}
        <dt>Not made</dt>
        <dd>{skipped}</dd>
        <dt>Created by</dt>
        <dd>
          {created_by.startsWith("task_") ? (
            <a href={hrefTo(["runs", created_by])}>{created_by}</a>
          ) : (
            <Text text={created_by} />
          )}
        </dd>
      </dl>
    </Section>
  );
}

/** Without the fields that are not set. */
function givenOf(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
}
