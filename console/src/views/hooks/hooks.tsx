/** Webhooks, which notify other systems, and hooks, by which other systems start tasks. */
import { Tabs } from "../../parts/tabs.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { oneOf, readQuery, writeQuery } from "../../route/query-state.ts";
import { IncomingHooks } from "./incoming.tsx";
import { Webhooks } from "./webhooks.tsx";

const FIELDS = { tab: oneOf("out", "in") };
const TABS = [
  { id: "out", text: "Webhooks" },
  { id: "in", text: "Hooks" },
] as const;

/** The view of both. */
export function Hooks() {
  const { tab } = readQuery(FIELDS, place.value.search);
  const tabs = (
    <Tabs
      label="Direction"
      tabs={TABS}
      current={tab}
      onChange={(id) => changeQuery(writeQuery(FIELDS, { tab: id }), true)}
    />
  );
  return tab === "out" ? <Webhooks tabs={tabs} /> : <IncomingHooks tabs={tabs} />;
}
