/** Details of the selected event: the call it belongs to, its prompt, and the event as it is. */
import { useState } from "preact/hooks";
import { sentenceOf } from "../../../../sdk/src/view/sentences.ts";
import type { Call } from "../../log/model.ts";
import { Button } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/copy.tsx";
import { lineOf } from "../../parts/foreign.ts";
import { JsonTree } from "../../parts/json.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { CallFacts } from "./call-facts.tsx";
import { useRun, useWhole } from "./context.ts";
import { ToolBody } from "./tool-body.tsx";

const PromptReading = lazy(async () => (await import("./later.ts")).PromptReading);

type Reading = "overview" | "io" | "prompt" | "raw";

/** The panel; nothing while no event is selected. */
export function Detail() {
  const { follower, fold, selected, select, isFile } = useRun();
  const [reading, setReading] = useState<Reading>("overview");
  const event = selected === null ? undefined : follower.store.at(selected);
  if (selected === null || event === undefined) {
    return null;
  }
  const id = "call_id" in event.data ? event.data.call_id : undefined;
  const call = typeof id === "string" ? fold.calls.get(id) : undefined;
  const tabs = tabsOf(call, isFile);
  const current = tabs.some((one) => one.id === reading) ? reading : "overview";
  return (
    <aside class="detail" aria-label={`Event ${selected}`}>
      <header class="detail-head">
        <div class="detail-title">
          <h2>
            #{event.seq} <span class="muted">{event.type}</span>
          </h2>
          <Button
            kind="quiet"
            label="Event before"
            icon="chevron"
            disabled={selected <= 1}
            onClick={() => select(selected - 1)}
          />
          <Button
            kind="quiet"
            label="Event after"
            icon="chevron"
            disabled={selected >= follower.store.last}
            onClick={() => select(selected + 1)}
          />
          <Button kind="quiet" icon="close" label="Close" onClick={() => select(null)} />
        </div>
        <p class="detail-sentence">
          <Text
            text={lineOf(
              sentenceOf(event, (one) => fold.progress.call(one)),
              240,
            )}
          />
        </p>
        <p class="muted detail-at">
          <Time at={event.at} />
        </p>
        {tabs.length > 1 && (
          <Tabs label="Details" tabs={tabs} current={current} onChange={setReading} />
        )}
      </header>
      <div class="detail-body">
        {current === "overview" &&
          (call === undefined ? <Raw seq={selected} /> : <CallFacts call={call} />)}
        {current === "io" && call?.kind === "tool" && <ToolBody call={call} />}
        {current === "prompt" && call?.kind === "model" && (
          <PromptReading key={call.id} call={call} />
        )}
        {current === "raw" && <Raw seq={selected} />}
      </div>
    </aside>
  );
}

function tabsOf(call: Call | undefined, isFile: boolean): { id: Reading; text: string }[] {
  if (call === undefined) {
    return [{ id: "overview", text: "Event" }];
  }
  return [
    { id: "overview", text: "Overview" },
    ...(call.kind === "tool" ? [{ id: "io", text: "Input and output" } as const] : []),
    ...(call.kind === "model" && !isFile ? [{ id: "prompt", text: "Prompt" } as const] : []),
    { id: "raw", text: "Event" },
  ];
}

function Raw({ seq }: { readonly seq: number }) {
  const event = useWhole(seq);
  return event === null ? (
    <p class="muted">Loading …</p>
  ) : (
    <>
      <JsonTree key={seq} value={event} label={`event ${seq}`} />
      <p class="detail-copy">
        <CopyButton text={() => JSON.stringify(event, null, 2)} label="Copy the event">
          Copy JSON
        </CopyButton>
        <CopyButton text={() => location.href} label="Copy a link to this event">
          Copy link
        </CopyButton>
      </p>
    </>
  );
}
