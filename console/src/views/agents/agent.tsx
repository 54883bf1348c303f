/** One agent: its config, its versions and how they differ, and its tasks. */
import { useState } from "preact/hooks";
import { invalidate } from "../../data/query.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { BackLink, Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { useTitle } from "../../parts/title.ts";
import { go } from "../../route/location.ts";
import { hrefTo, type ViewProps } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { AgentDialog, DeleteAgent } from "./agent-dialogs.tsx";
import { AgentTasks } from "./agent-tasks.tsx";
import { Versions } from "./versions.tsx";

/** The view of an agent. */
export function AgentView({ params }: ViewProps) {
  const name = params["name"] ?? "";
  useTitle(name);
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const state = useQuery(`agents/${name}`, async ({ agents }, signal) =>
    agents.get(name, { signal }).withResponse(),
  );
  return (
    <>
      <BackLink href={hrefTo(["agents"])}>Agents</BackLink>
      <PageHead title={<Text text={name} />} about={state.value?.data.description ?? undefined}>
        <Button kind="danger" needs={lacking("agents:write")} onClick={() => setOpen("delete")}>
          Delete
        </Button>
        <Button needs={lacking("agents:write")} onClick={() => setOpen("edit")}>
          New version
        </Button>
        <ButtonLink kind="primary" icon="plus" href={hrefTo(["new"], { agent: name })}>
          New task
        </ButtonLink>
      </PageHead>
      <Loaded state={state} skeleton="card">
        {({ data, etag }) => (
          <div class="setup-columns">
            <div class="setup">
              <Section title={`Config of version ${data.version}`}>
                {Object.keys(data.config ?? {}).length === 0 ? (
                  <p class="muted setup-text">Nothing is set: the defaults of the service hold.</p>
                ) : (
                  <JsonTree key={data.version} value={data.config} label="the config" />
                )}
              </Section>
              <Section title="Limits">
                {Object.keys(data.limits ?? {}).length === 0 ? (
                  <p class="muted setup-text">Nothing is set: the defaults of the service hold.</p>
                ) : (
                  <JsonTree key={data.version} value={data.limits} label="the limits" />
                )}
              </Section>
              <AgentTasks name={name} />
            </div>
            <Versions name={name} />
            {open === "edit" && (
              <AgentDialog agent={data} etag={etag} onClose={() => setOpen(null)} />
            )}
            {open === "delete" && (
              <DeleteAgent
                name={name}
                etag={etag}
                onDone={() => {
                  invalidate("agents");
                  go(hrefTo(["agents"]));
                }}
                onClose={() => setOpen(null)}
              />
            )}
          </div>
        )}
      </Loaded>
    </>
  );
}
