/** The readings of a run: as a conversation, as a log, as money, as effects; tabs of one place. */
import { lazy } from "../../parts/lazy.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { readQuery, writeQuery } from "../../route/query-state.ts";
import { Conversation } from "./conversation.tsx";
import { useRun } from "./context.ts";
import { LiveChip } from "./live-chip.tsx";
import { Log } from "./log.tsx";
import { Scrubber } from "./scrubber.tsx";
import { RUN_FIELDS } from "./run-fields.ts";

const MoneyReading = lazy(async () => (await import("./later.ts")).MoneyReading);
const Effects = lazy(async () => (await import("./later.ts")).Effects);

/** The chosen reading. */
export function Readings() {
  const { follower, fold, past } = useRun();
  const { view } = readQuery(RUN_FIELDS, place.value.search);
  const tools = fold.progress.usage.tool_calls;
  const tabs = [
    { id: "conversation", text: "Conversation" },
    { id: "timeline", text: <span class="run-narrow">Timeline</span> },
    { id: "log", text: "Log", count: follower.lastSeq.value },
    { id: "money", text: "Money" },
    { id: "effects", text: "Effects", count: tools === 0 ? null : tools },
  ] as const;
  return (
    <section class={`run-readings run-view-${view}`} aria-label="Readings">
      <div class="run-tabs">
        <Tabs
          label="Readings"
          tabs={tabs}
          current={view}
          onChange={(id) => changeQuery(writeQuery(RUN_FIELDS, { view: id }))}
        />
        <div class="run-now">
          <Scrubber />
          {past === null && <LiveChip />}
        </div>
      </div>
      {(view === "conversation" || view === "timeline") && <Conversation />}
      {view === "log" && <Log />}
      {view === "money" && <MoneyReading />}
      {view === "effects" && <Effects />}
    </section>
  );
}
