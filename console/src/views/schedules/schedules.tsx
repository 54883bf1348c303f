/** The list of schedules. */
import type { Schedule } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Countdown } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { NewSchedule } from "./schedule-dialogs.tsx";
import { ScheduleState } from "./schedule-state.tsx";

const EVERY_MS = 15_000;

const COLUMNS: readonly Column<Schedule>[] = [
  {
    id: "name",
    header: "Schedule",
    cell: ({ id, name }) => (
      <a href={hrefTo(["schedules", id])}>
        <Line text={name} />
      </a>
    ),
  },
  {
    id: "when",
    header: "When",
    width: "260px",
    hide: "m",
    cell: ({ spec }) => <Line text={whenText(spec)} class="muted" />,
  },
  {
    id: "state",
    header: "State",
    width: "110px",
    cell: ({ state }) => <ScheduleState state={state} />,
  },
  {
    id: "next",
    header: "Next in",
    width: "100px",
    isNumber: true,
    cell: ({ next_at }) => (next_at === null ? "" : <Countdown at={next_at} />),
  },
  {
    id: "started",
    header: "Made",
    width: "80px",
    isNumber: true,
    hide: "s",
    cell: ({ started }) => started,
  },
  {
    id: "skipped",
    header: "Not made",
    width: "90px",
    isNumber: true,
    hide: "s",
    cell: ({ skipped }) => skipped,
  },
];

/** The view of the schedules. */
export function Schedules() {
  return (
    <ListView
      title="Schedules"
      about="Tasks that the service submits by the clock"
      name="schedules"
      read={({ schedules }, query, signal) => schedules.list(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ id }) => id}
      hrefOf={({ id }) => hrefTo(["schedules", id])}
      empty={{
        icon: "clock",
        title: "No schedules yet",
        text: "A schedule submits the same task by a cron pattern, or in an interval.",
      }}
      create={{
        text: "New schedule",
        scope: "schedules:write",
        dialog: (onClose) => <NewSchedule onClose={onClose} />,
      }}
    />
  );
}

function whenText({ cron, every_s, timezone }: Schedule["spec"]): string {
  return every_s === null ? `${(cron ?? []).join(" or ")} (${timezone})` : `every ${every_s} s`;
}
