/** The list of MCP servers, with their health. */
import type { McpServer } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { HealthMark } from "./health-mark.tsx";

const EVERY_MS = 10_000;

const COLUMNS: readonly Column<McpServer>[] = [
  {
    id: "name",
    header: "Server",
    width: "150px",
    cell: ({ name }) => (
      <a href={hrefTo(["mcp", name])}>
        <Line text={name} />
      </a>
    ),
  },
  {
    id: "health",
    header: "Health",
    width: "170px",
    cell: (server) => <HealthMark server={server} />,
  },
  {
    id: "url",
    header: "Address",
    hide: "s",
    cell: ({ url }) => <Line text={url} class="muted" />,
  },
  {
    id: "tools",
    header: "Tools",
    width: "70px",
    isNumber: true,
    hide: "s",
    cell: ({ health }) => health.tools ?? "",
  },
  {
    id: "source",
    header: "From",
    width: "100px",
    hide: "m",
    cell: ({ source }) => <span class="muted">{source}</span>,
  },
  {
    id: "checked",
    header: "Asked",
    width: "80px",
    isNumber: true,
    hide: "s",
    cell: ({ health }) => (health.checked_at === null ? "never" : <Ago at={health.checked_at} />),
  },
];

/** The view of the servers. */
export function Servers() {
  return (
    <ListView
      title="MCP servers"
      about="Servers whose tools agents can use"
      name="mcp"
      read={({ mcpServers }, query, signal) => mcpServers.list(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ name }) => name}
      hrefOf={({ name }) => hrefTo(["mcp", name])}
      empty={{
        icon: "plug",
        title: "No servers yet",
        text: "Register the address of a server (Streamable HTTP), and name it in the config of an agent.",
      }}
      create={{
        text: "New server",
        scope: "tools:write",
        dialog: (onClose) => (
          <EditDialog
            title="New MCP server"
            schema="CreateMcpServer"
            base={{ name: "", url: "" }}
            submit="Register"
            request={(body) => ({
              method: "POST",
              path: "/api/v1/mcp/servers",
              body,
              cli: null,
              sdk: ["mcpServers.create", body],
            })}
            send={({ mcpServers }, body) => mcpServers.create(body as never)}
            onDone={() => invalidate("mcp")}
            onClose={onClose}
          />
        ),
      }}
    />
  );
}
