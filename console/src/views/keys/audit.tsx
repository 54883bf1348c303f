/** The audit log, with a filter. */
import type { ComponentChildren } from "preact";
import type { AuditEntry } from "../../../../sdk/src/model.ts";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import { ListView } from "../../data/list.tsx";
import { Input } from "../../parts/field.tsx";
import { type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { readQuery, text, writeQuery } from "../../route/query-state.ts";

const EVERY_MS = 15_000;
const FIELDS = { find: text };

const COLUMNS: readonly Column<AuditEntry>[] = [
  { id: "at", header: "Time", width: "200px", hide: "s", cell: ({ at }) => <Time at={at} /> },
  { id: "action", header: "Action", width: "140px", cell: ({ action }) => <Line text={action} /> },
  { id: "subject", header: "What", cell: ({ subject }) => <Line text={subject} /> },
  {
    id: "details",
    header: "Details",
    hide: "m",
    cell: ({ details }) => <Line text={jsonText(details)} class="muted mono" />,
  },
  {
    id: "by",
    header: "By key",
    width: "170px",
    hide: "s",
    cell: ({ by }) => <Line text={by} class="muted" />,
  },
];

/** The entries that contain the text of the filter. */
export function AuditLog({ tabs }: { readonly tabs: ComponentChildren }) {
  const { find } = readQuery(FIELDS, place.value.search);
  const words = find.toLowerCase();
  return (
    <ListView
      title="Keys"
      label="Audit log"
      about="Who changed what, newest first"
      tabs={tabs}
      name="audit"
      read={({ audit }, query, signal) => audit.list(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ id }) => id}
      empty={{ icon: "key", title: "Nothing was changed yet" }}
      filter={{
        bar: () => (
          <div class="keys-find">
            <Input
              label="Filter"
              isHidden
              type="search"
              placeholder="Filter by action, subject, key …"
              value={find}
              onInput={(value) => changeQuery(writeQuery(FIELDS, { find: value }))}
            />
          </div>
        ),
        fits: (entry) => JSON.stringify(entry).toLowerCase().includes(words),
        none: "No entry matches",
      }}
    />
  );
}
