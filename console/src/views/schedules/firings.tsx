/** Firings of a schedule, made or not, with why. */
import { List } from "../../data/list.tsx";
import type { Firing } from "../../../../sdk/src/model.ts";
import { Mark } from "../../parts/chip.tsx";
import { Section } from "../../parts/section.tsx";
import { type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { FIRINGS, firingText } from "./schedule-state.tsx";

const EVERY_MS = 10_000;

const COLUMNS: readonly Column<Firing>[] = [
  {
    id: "occurrence",
    header: "Occurrence",
    width: "190px",
    cell: ({ occurrence_at }) => <Time at={occurrence_at} />,
  },
  {
    id: "status",
    header: "Outcome",
    cell: (firing) => (
      <span class={`status tone-${FIRINGS[firing.status][0]}`}>
        <Mark tone={FIRINGS[firing.status][0]} />
        <Line text={firingText(firing)} />
      </span>
    ),
  },
  {
    id: "trigger",
    header: "By",
    width: "90px",
    hide: "m",
    cell: ({ trigger }) => trigger.replace("_", " "),
  },
  {
    id: "task",
    header: "Task",
    width: "120px",
    hide: "s",
    cell: ({ task_id, task_status }) =>
      task_id === null ? "" : <a href={hrefTo(["runs", task_id])}>{task_status ?? "deleted"}</a>,
  },
];

/** The firings, newest occurrence first. */
export function Firings({ id }: { readonly id: string }) {
  return (
    <Section title="Firings">
      <List
        name={`schedule/${id}/fires`}
        read={({ schedules }, query, signal) => schedules.fires(id, query, { signal })}
        everyMs={EVERY_MS}
        label="Firings"
        columns={COLUMNS}
        keyOf={({ occurrence_at, trigger, at }) => `${occurrence_at} ${trigger} ${at}`}
        empty={{ icon: "clock", title: "It has not fired yet" }}
      />
    </Section>
  );
}
