/** One tool: what it does, its arguments, its effect, and the request or code behind it. */
import { useState } from "preact/hooks";
import type { Tool } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { invalidate } from "../../data/query.ts";
import { Button } from "../../parts/button.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { spanText } from "../../parts/number.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { BackLink, CodeBlock, Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { useTitle } from "../../parts/title.ts";
import { go } from "../../route/location.ts";
import { hrefTo, type ViewProps } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { EditTool } from "./tool-dialogs.tsx";
import { DeleteTool, EnableTool } from "./tool-switches.tsx";
import { EFFECTS, KINDS } from "./words.ts";

/** The view of a tool. */
export function ToolView({ params }: ViewProps) {
  const name = params["name"] ?? "";
  useTitle(name);
  const [open, setOpen] = useState<"edit" | "enable" | "delete" | null>(null);
  const close = (): void => setOpen(null);
  const state = useQuery(`tools/${name}`, ({ tools }, signal) =>
    tools.get(name, { signal }).withResponse(),
  );
  const tool = state.value?.data;
  const needs = lacking("tools:write");
  return (
    <>
      <BackLink href={hrefTo(["tools"])}>Tools</BackLink>
      <PageHead title={<Text text={name} />}>
        {tool !== undefined && tool.kind !== "built_in" && (
          <>
            <Button kind="danger" needs={needs} onClick={() => setOpen("delete")}>
              Delete
            </Button>
            <Button needs={needs} onClick={() => setOpen("enable")}>
              {tool.enabled ? "Disable" : "Enable"}
            </Button>
            <Button kind="primary" needs={needs} onClick={() => setOpen("edit")}>
              Change
            </Button>
          </>
        )}
      </PageHead>
      <Loaded state={state} skeleton="card">
        {({ data, etag }) => (
          <div class="setup-columns">
            <Definition tool={data} />
            <Facts tool={data} />
            {open === "edit" && <EditTool tool={data} etag={etag} onClose={close} />}
            {open === "enable" && <EnableTool tool={data} onClose={close} />}
            {open === "delete" && (
              <DeleteTool
                tool={data}
                onDone={() => {
                  invalidate("tools");
                  go(hrefTo(["tools"]));
                }}
                onClose={close}
              />
            )}
          </div>
        )}
      </Loaded>
    </>
  );
}

function Definition({ tool }: { readonly tool: Tool }) {
  const { description, input_schema, output_schema, http, code } = tool;
  return (
    <div class="setup">
      <Section title="What the model reads">
        <p class="setup-text">
          <Text text={description} />
        </p>
        <JsonTree value={input_schema} label="the schema of the arguments" />
      </Section>
      {output_schema !== null && (
        <Section title="Output">
          <JsonTree value={output_schema} label="the schema of the output" />
        </Section>
      )}
      {http !== undefined && (
        <Section title="Request">
          <JsonTree value={http} label="the request" />
        </Section>
      )}
      {code !== undefined && (
        <Section title="Code">
          <CodeBlock text={code.source} label="the code" />
        </Section>
      )}
    </div>
  );
}

function Facts({ tool }: { readonly tool: Tool }) {
  const { kind, effect, approval, untrusted, timeout_ms, enabled, version, updated_at } = tool;
  return (
    <Section title="Facts">
      <dl class="facts">
        <dt>Kind</dt>
        <dd>{KINDS[kind]}</dd>
        <dt>State</dt>
        <dd>{enabled ? "enabled" : "disabled for new tasks"}</dd>
        <dt>Effect</dt>
        <dd>
          {effect}
          <p class="field-hint">{EFFECTS[effect]}</p>
        </dd>
        <dt>Approval</dt>
        <dd>{approval === "always" ? "a person approves each call" : "only if a policy asks"}</dd>
        <dt>Output</dt>
        <dd>{untrusted === null ? "trusted" : `untrusted (${untrusted})`}</dd>
        <dt>Timeout</dt>
        <dd>{spanText(timeout_ms)}</dd>
        {version !== null && (
          <>
            <dt>Version</dt>
            <dd>{version}</dd>
          </>
        )}
        {updated_at !== undefined && (
          <>
            <dt>Changed</dt>
            <dd>
              <Time at={updated_at} />
            </dd>
          </>
        )}
      </dl>
    </Section>
  );
}
