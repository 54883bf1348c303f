/** One MCP server: its health, its last problem, its tools, its authorization. */
import { useState } from "preact/hooks";
import { invalidate } from "../../data/query.ts";
import { useAction } from "../../data/use-action.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { BackLink } from "../../parts/section.tsx";
import { FailureNote, Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { useTitle } from "../../parts/title.ts";
import { toast } from "../../parts/toast.tsx";
import { go } from "../../route/location.ts";
import { hrefTo, type ViewProps } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { Authorization } from "./authorization.tsx";
import { ServerDialogs, type OpenDialog } from "./server-dialogs.tsx";
import { ServerFacts } from "./server-facts.tsx";
import { ServerTools } from "./server-tools.tsx";

const EVERY_MS = 20_000;

/** The view of a server. */
export function ServerView({ params }: ViewProps) {
  const name = params["name"] ?? "";
  useTitle(name);
  const [open, setOpen] = useState<OpenDialog>(null);
  const state = useQuery(
    `mcp/${name}`,
    ({ mcpServers }, signal) => mcpServers.get(name, { signal }).withResponse(),
    { everyMs: EVERY_MS },
  );
  const refresh = useAction();
  const server = state.value?.data;
  const needs = lacking("tools:write");
  const list = async (): Promise<void> => {
    if (await refresh.run(({ mcpServers }) => mcpServers.refresh(name))) {
      invalidate("mcp");
      toast("The tools were listed again");
    }
  };
  return (
    <>
      <BackLink href={hrefTo(["mcp"])}>MCP servers</BackLink>
      <PageHead
        title={<Text text={name} />}
        about={server === undefined ? undefined : <Text text={server.url} />}
      >
        {server?.source === "tenant" && (
          <>
            <Button kind="danger" needs={needs} onClick={() => setOpen("delete")}>
              Delete
            </Button>
            <Button needs={needs} onClick={() => setOpen("enable")}>
              {server.enabled ? "Disable" : "Enable"}
            </Button>
            <Button needs={needs} onClick={() => setOpen("edit")}>
              Change
            </Button>
          </>
        )}
        <Button
          kind="primary"
          icon="retry"
          needs={needs}
          isBusy={refresh.isBusy}
          onClick={() => void list()}
        >
          Refresh
        </Button>
      </PageHead>
      {refresh.failure !== null && <FailureNote failure={refresh.failure} />}
      <Loaded state={state} skeleton="card">
        {({ data, etag }) => (
          <div class="setup-columns">
            <ServerTools name={name} />
            <div class="setup">
              <ServerFacts server={data} />
              {data.oauth !== undefined && <Authorization server={data} />}
            </div>
            <ServerDialogs
              open={open}
              server={data}
              etag={etag}
              onDeleted={() => go(hrefTo(["mcp"]))}
              onClose={() => setOpen(null)}
            />
          </div>
        )}
      </Loaded>
    </>
  );
}
