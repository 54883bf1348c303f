/** The list of agents. */
import type { Agent } from "../../../../sdk/src/model.ts";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import { ListView } from "../../data/list.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { Chip } from "../../parts/chip.tsx";
import { type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";

const EVERY_MS = 15_000;

const COLUMNS: readonly Column<Agent>[] = [
  {
    id: "name",
    header: "Agent",
    width: "220px",
    cell: ({ name, built_in }) => (
      <span class="setup-chips">
        <a href={hrefTo(["agents", name])}>
          <Line text={name} />
        </a>
        {built_in && <Chip>built in</Chip>}
      </span>
    ),
  },
  {
    id: "about",
    header: "Description",
    hide: "s",
    cell: ({ description }) => <Line text={description ?? ""} class="muted" />,
  },
  {
    id: "model",
    header: "Model",
    width: "220px",
    hide: "m",
    cell: ({ config }) => (
      <Line text={jsonText(config?.["model"] ?? "the default")} class="muted" />
    ),
  },
  {
    id: "version",
    header: "Version",
    width: "80px",
    isNumber: true,
    hide: "s",
    cell: ({ version }) => version,
  },
  {
    id: "updated",
    header: "Changed",
    width: "90px",
    isNumber: true,
    cell: ({ updated_at }) => (updated_at === null ? "" : <Ago at={updated_at} />),
  },
];

/** The view of the agents. */
export function Agents() {
  return (
    <ListView
      title="Agents"
      about="Named configs of tasks. Each change is a new version."
      name="agents"
      read={({ agents }, query, signal) => agents.list(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ name }) => name}
      hrefOf={({ name }) => hrefTo(["agents", name])}
      empty={{ icon: "agent", title: "No agents yet" }}
      create={{
        text: "New agent",
        scope: "agents:write",
        dialog: (onClose) => (
          <EditDialog
            title="New agent"
            schema="CreateAgent"
            base={{ name: "" }}
            submit="Create"
            request={(body) => ({
              method: "POST",
              path: "/api/v1/agents",
              body,
              cli: null,
              sdk: ["agents.create", body],
            })}
            send={({ agents }, body) => agents.create(body as never)}
            onDone={() => invalidate("agents")}
            onClose={onClose}
          />
        ),
      }}
    />
  );
}
