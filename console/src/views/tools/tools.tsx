/** The list of tools by kind. */
import type { Tool } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column } from "../../parts/table.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Line } from "../../parts/text.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { oneOf, readQuery, writeQuery } from "../../route/query-state.ts";
import { NewTool } from "./tool-dialogs.tsx";
import { EFFECTS, KINDS } from "./words.ts";

const EVERY_MS = 15_000;
const KIND_IDS = ["all", "built_in", "http", "code"] as const;
const FIELDS = { kind: oneOf(...KIND_IDS) };
const ABOUT = "A tool is an HTTP request or code of your own.";

const COLUMNS: readonly Column<Tool>[] = [
  {
    id: "name",
    header: "Tool",
    width: "220px",
    cell: ({ name }) => (
      <a href={hrefTo(["tools", name])}>
        <Line text={name} />
      </a>
    ),
  },
  {
    id: "about",
    header: "Description",
    hide: "s",
    cell: ({ description }) => <Line text={description} class="muted" />,
  },
  {
    id: "kind",
    header: "Kind",
    width: "90px",
    hide: "m",
    cell: ({ kind }) => <span class="muted">{KINDS[kind]}</span>,
  },
  {
    id: "effect",
    header: "Effect",
    width: "110px",
    cell: ({ effect }) => (
      <span class={effect === "once" ? "tools-once" : "muted"} title={EFFECTS[effect]}>
        {effect}
      </span>
    ),
  },
  {
    id: "marks",
    header: "Rules",
    width: "230px",
    hide: "m",
    cell: ({ approval, enabled, untrusted }) => (
      <span class="setup-chips">
        {!enabled && <Chip tone="bad">disabled</Chip>}
        {approval === "always" && <Chip tone="wait">approval</Chip>}
        {untrusted !== null && <Chip>untrusted output</Chip>}
      </span>
    ),
  },
];

/** The view of the tools. */
export function Tools() {
  const { kind } = readQuery(FIELDS, place.value.search);
  return (
    <ListView
      title="Tools"
      about="What agents can call, and what a second call would do"
      name="tools"
      read={({ tools }, query, signal) => tools.list(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ name }) => name}
      hrefOf={({ name }) => hrefTo(["tools", name])}
      empty={{ icon: "tool", title: "No tools yet", text: ABOUT }}
      filter={{
        bar: (tools) => <Kinds tools={tools} kind={kind} />,
        fits: (tool) => kind === "all" || tool.kind === kind,
        none: "No tools of this kind",
      }}
      create={{
        text: "New tool",
        scope: "tools:write",
        dialog: (onClose) => <NewTool onClose={onClose} />,
      }}
    />
  );
}

interface KindsProps {
  readonly tools: readonly Tool[];
  readonly kind: (typeof KIND_IDS)[number];
}

function Kinds({ tools, kind }: KindsProps) {
  const tabs = KIND_IDS.map((id) => ({
    id,
    text: id === "all" ? "All" : KINDS[id],
    count: id === "all" ? tools.length : tools.filter((tool) => tool.kind === id).length,
  }));
  return (
    <div class="setup-tabs">
      <Tabs
        label="Kind"
        tabs={tabs}
        current={kind}
        onChange={(id) => changeQuery(writeQuery(FIELDS, { kind: id }), true)}
      />
    </div>
  );
}
