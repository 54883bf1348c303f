/** The list of runs. */
import type { Task } from "../../../../sdk/src/model.ts";
import { goalText } from "../../../../sdk/src/view/wording.ts";
import { useQuery } from "../../data/use-query.ts";
import { FilterChip } from "../../parts/chip.tsx";
import { countText } from "../../parts/number.ts";
import { Money } from "../../parts/money.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { StatusCell } from "../../parts/status.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { oneOf, readQuery, text, writeQuery } from "../../route/query-state.ts";

const EVERY_MS = 3000;
const STATUSES = ["pending", "running", "waiting", "completed", "failed", "cancelled"] as const;
const FIELDS = { status: oneOf("", ...STATUSES), agent: text };

const COLUMNS: readonly Column<Task>[] = [
  {
    id: "goal",
    header: "Run",
    cell: (task) => (
      <a href={hrefTo(["runs", task.id])} class="runs-goal">
        <Line text={task.name ?? (goalText(task.input_data) || task.id)} />
      </a>
    ),
  },
  {
    id: "status",
    header: "Status",
    width: "190px",
    cell: ({ status, waiting_for, waiting_until }) => (
      <StatusCell status={status} waitingFor={waiting_for} until={waiting_until} />
    ),
  },
  {
    id: "agent",
    header: "Agent",
    width: "150px",
    hide: "m",
    cell: ({ agent, agent_version }) => (
      <span class="muted">
        {agent}@{agent_version}
      </span>
    ),
  },
  {
    id: "steps",
    header: "Steps",
    width: "70px",
    isNumber: true,
    hide: "s",
    cell: ({ usage }) => countText(usage.steps),
  },
  {
    id: "cost",
    header: "Cost",
    width: "90px",
    isNumber: true,
    hide: "s",
    cell: ({ usage }) => <Money usd={usage.cost_usd} />,
  },
  {
    id: "age",
    header: "Age",
    width: "84px",
    isNumber: true,
    cell: ({ created_at }) => <Ago at={created_at} />,
  },
];

/** The view of the runs. */
export function Runs() {
  const { status, agent } = readQuery(FIELDS, place.value.search);
  const state = useQuery(
    `tasks?${new URLSearchParams({ status, agent }).toString()}`,
    ({ tasks }, signal) =>
      tasks.list(
        { limit: 100, ...(status !== "" && { status }), ...(agent !== "" && { agent }) },
        { signal },
      ),
    { everyMs: EVERY_MS },
  );
  return (
    <>
      <PageHead title="Runs" />
      <div class="runs-filters">
        {status !== "" && (
          <FilterChip
            name="status"
            value={status}
            onRemove={() => changeQuery(writeQuery(FIELDS, { status: "" }))}
          />
        )}
      </div>
      <section class="card">
        <Loaded state={state}>
          {({ data, total }) =>
            data.length === 0 ? (
              <Empty icon="runs" title="No runs yet">
                <code>npm run task -- "What day is it?"</code>
              </Empty>
            ) : (
              <Table
                label="Runs"
                columns={COLUMNS}
                items={data}
                total={total}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => hrefTo(["runs", id])}
              />
            )
          }
        </Loaded>
      </section>
    </>
  );
}
