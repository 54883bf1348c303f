/** API keys and the audit log. */
import { Tabs } from "../../parts/tabs.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { oneOf, readQuery, writeQuery } from "../../route/query-state.ts";
import { AuditLog } from "./audit.tsx";
import { KeyList } from "./key-list.tsx";

const FIELDS = { tab: oneOf("keys", "audit") };
const TABS = [
  { id: "keys", text: "Keys" },
  { id: "audit", text: "Audit log" },
] as const;

/** The view of both. */
export function Keys() {
  const { tab } = readQuery(FIELDS, place.value.search);
  const tabs = (
    <Tabs
      label="Part"
      tabs={TABS}
      current={tab}
      onChange={(id) => changeQuery(writeQuery(FIELDS, { tab: id }), true)}
    />
  );
  return tab === "keys" ? <KeyList tabs={tabs} /> : <AuditLog tabs={tabs} />;
}
