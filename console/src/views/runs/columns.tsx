/** The columns of the runs. */
import type { Task } from "../../../../sdk/src/model.ts";
import { goalText, jsonText } from "../../../../sdk/src/view/wording.ts";
import { Chip } from "../../parts/chip.tsx";
import { lineOf } from "../../parts/foreign.ts";
import { Money } from "../../parts/money.tsx";
import { countText, spanText } from "../../parts/number.ts";
import { StatusCell } from "../../parts/status.tsx";
import type { Column } from "../../parts/table.tsx";
import { Line, Text } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import type { RunRow } from "./batches.ts";

/** Tags that fit next to a name. */
const MOST_TAGS = 2;

/** The columns after the checkbox. */
export const COLUMNS: readonly Column<RunRow>[] = [
  {
    id: "goal",
    header: "Run",
    cell: (row) => (
      <div class="runs-goal">
        <a href={hrefOf(row)}>
          <Line text={titleOf(row.task)} />
        </a>
        {row.members.length > 1 ? (
          <span class="runs-batch">
            <Chip>batch of {row.members.length}</Chip>
          </span>
        ) : (
          <Tags metadata={row.task.metadata} />
        )}
      </div>
    ),
  },
  {
    id: "status",
    header: "Status",
    width: "184px",
    cell: ({ task: { status, waiting_for, waiting_until } }) => (
      <StatusCell status={status} waitingFor={waiting_for} until={waiting_until} />
    ),
  },
  {
    id: "agent",
    header: "Agent",
    width: "150px",
    hide: "m",
    cell: ({ task: { agent, agent_version, model } }) => (
      <span class="runs-agent">
        <span class="clip">
          <Text text={lineOf(agent, 40)} />@{agent_version}
        </span>
        <span class="muted clip">{model}</span>
      </span>
    ),
  },
  {
    id: "time",
    header: "Took",
    width: "96px",
    isNumber: true,
    hide: "m",
    cell: ({ task: { started_at, completed_at } }) =>
      started_at === null || completed_at === null
        ? ""
        : spanText(Date.parse(completed_at) - Date.parse(started_at)),
  },
  {
    id: "steps",
    header: "Steps",
    width: "66px",
    isNumber: true,
    hide: "s",
    cell: ({ task: { usage } }) => countText(usage.steps),
  },
  {
    id: "tools",
    header: "Tools",
    width: "66px",
    isNumber: true,
    hide: "m",
    cell: ({ task: { usage } }) => countText(usage.tool_calls),
  },
  {
    id: "cost",
    header: "Cost",
    width: "86px",
    isNumber: true,
    hide: "s",
    cell: ({ task: { usage } }) => <Money usd={usage.cost_usd} />,
  },
  {
    id: "age",
    header: "Age",
    width: "72px",
    isNumber: true,
    hide: "s",
    cell: ({ task: { created_at } }) => <Ago at={created_at} />,
  },
];

/** The address of a row: its run, or the runs of its batch. */
export function hrefOf({ task, members }: RunRow): string {
  return members.length > 1
    ? hrefTo(["runs"], { group: task.group_id ?? "" })
    : hrefTo(["runs", task.id]);
}

/** What a run is called: its name, its goal, or its id. */
export function titleOf({ name, input_data, id }: Task): string {
  return name ?? (goalText(input_data) || id);
}

function Tags({ metadata }: Pick<Task, "metadata">) {
  const tags = Object.entries(metadata).flatMap(([name, value]) =>
    typeof value === "object" ? [] : [`${name}: ${jsonText(value)}`],
  );
  return (
    <>
      {tags.slice(0, MOST_TAGS).map((tag) => (
        <Chip key={tag}>
          <Text text={lineOf(tag, 30)} />
        </Chip>
      ))}
    </>
  );
}
