/** The last tasks of an agent. */
import { goalText } from "../../../../sdk/src/view/wording.ts";
import { useQuery } from "../../data/use-query.ts";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { StatusCell } from "../../parts/status.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import type { Task } from "../../../../sdk/src/model.ts";

const EVERY_MS = 15_000;
const SHOWN = 10;

const COLUMNS: readonly Column<Task>[] = [
  {
    id: "goal",
    header: "Run",
    cell: (task) => (
      <a href={hrefTo(["runs", task.id])}>
        <Line text={task.name ?? (goalText(task.input_data) || task.id)} />
      </a>
    ),
  },
  {
    id: "status",
    header: "Status",
    width: "130px",
    cell: ({ status, waiting_for }) => <StatusCell status={status} waitingFor={waiting_for} />,
  },
  {
    id: "version",
    header: "Version",
    width: "74px",
    isNumber: true,
    hide: "s",
    cell: ({ agent_version }) => agent_version,
  },
  {
    id: "age",
    header: "Age",
    width: "72px",
    isNumber: true,
    hide: "s",
    cell: ({ created_at }) => <Ago at={created_at} />,
  },
];

/** The tasks, with the way to all of them. */
export function AgentTasks({ name }: { readonly name: string }) {
  const state = useQuery(
    `tasks of ${name}`,
    ({ tasks }, signal) => tasks.list({ agent: name, limit: SHOWN }, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Section title="Latest runs" actions={<a href={hrefTo(["runs"], { agent: name })}>All runs</a>}>
      <Loaded state={state}>
        {({ data }) =>
          data.length === 0 ? (
            <p class="muted setup-text">No run has used it yet.</p>
          ) : (
            <Table label="Latest runs" columns={COLUMNS} items={data} keyOf={({ id }) => id} />
          )
        }
      </Loaded>
    </Section>
  );
}
