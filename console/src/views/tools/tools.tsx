/** The list of tools by kind. */
import { useState } from "preact/hooks";
import type { Tool } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { Chip } from "../../parts/chip.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Line } from "../../parts/text.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { oneOf, readQuery, writeQuery } from "../../route/query-state.ts";
import { lacking } from "../../session/store.ts";
import { NewTool } from "./tool-dialogs.tsx";
import { EFFECTS, KINDS } from "./words.ts";

const EVERY_MS = 15_000;
const FIELDS = { kind: oneOf("all", "built_in", "http", "code") };

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
  const [isNew, setNew] = useState(false);
  const { kind } = readQuery(FIELDS, place.value.search);
  const state = useQuery("tools", ({ tools }, signal) => tools.list({ limit: 100 }, { signal }), {
    everyMs: EVERY_MS,
  });
  const all = state.value?.data ?? [];
  const tabs = [
    { id: "all", text: "All", count: all.length },
    ...(["built_in", "http", "code"] as const).map((id) => ({
      id,
      text: KINDS[id],
      count: all.filter((tool) => tool.kind === id).length,
    })),
  ] as const;
  return (
    <>
      <PageHead title="Tools" about="What agents can call, and what a second call would do">
        <Button
          kind="primary"
          icon="plus"
          needs={lacking("tools:write")}
          onClick={() => setNew(true)}
        >
          New tool
        </Button>
      </PageHead>
      <div class="setup-tabs">
        <Tabs
          label="Kind"
          tabs={tabs}
          current={kind}
          onChange={(id) => changeQuery(writeQuery(FIELDS, { kind: id }), true)}
        />
      </div>
      <section class="card">
        <Loaded state={state}>
          {({ data }) => {
            const shown = data.filter((tool) => kind === "all" || tool.kind === kind);
            return shown.length === 0 ? (
              <Empty icon="tool" title="No tools of this kind">
                A tool is an HTTP request or code of your own.
              </Empty>
            ) : (
              <Table
                label="Tools"
                columns={COLUMNS}
                items={shown}
                keyOf={({ name }) => name}
                hrefOf={({ name }) => hrefTo(["tools", name])}
              />
            );
          }}
        </Loaded>
      </section>
      {isNew && <NewTool onClose={() => setNew(false)} />}
    </>
  );
}
