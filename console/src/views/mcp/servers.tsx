/** The list of MCP servers, with their health. */
import { useState } from "preact/hooks";
import type { McpServer } from "../../../../sdk/src/model.ts";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
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
  const [isNew, setNew] = useState(false);
  const state = useQuery(
    "mcp",
    ({ mcpServers }, signal) => mcpServers.list({ limit: 100 }, { signal }),
    {
      everyMs: EVERY_MS,
    },
  );
  return (
    <>
      <PageHead title="MCP servers" about="Servers whose tools agents can use">
        <Button
          kind="primary"
          icon="plus"
          needs={lacking("tools:write")}
          onClick={() => setNew(true)}
        >
          New server
        </Button>
      </PageHead>
      <section class="card">
        <Loaded state={state}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty icon="plug" title="No servers yet">
                Register the address of a server (Streamable HTTP), and name it in the config of an
                agent.
              </Empty>
            ) : (
              <Table
                label="MCP servers"
                columns={COLUMNS}
                items={data}
                keyOf={({ name }) => name}
                hrefOf={({ name }) => hrefTo(["mcp", name])}
              />
            )
          }
        </Loaded>
      </section>
      {isNew && (
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
          onClose={() => setNew(false)}
        />
      )}
    </>
  );
}
