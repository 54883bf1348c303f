/** The audit log, with a filter. */
import type { ComponentChildren } from "preact";
import type { AuditEntry } from "../../../../sdk/src/model.ts";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import { useQuery } from "../../data/use-query.ts";
import { Input } from "../../parts/field.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { readQuery, text, writeQuery } from "../../route/query-state.ts";

const EVERY_MS = 15_000;
const SHOWN = 100;
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

/** The last entries that contain the text of the filter. */
export function AuditLog({ tabs }: { readonly tabs: ComponentChildren }) {
  const { find } = readQuery(FIELDS, place.value.search);
  const state = useQuery("audit", ({ audit }, signal) => audit.list({ limit: SHOWN }, { signal }), {
    everyMs: EVERY_MS,
  });
  return (
    <>
      <PageHead title="Keys" about="Who changed what, newest first">
        {tabs}
      </PageHead>
      <div class="keys-find">
        <Input
          label="Filter"
          isHidden
          type="search"
          placeholder={`Filter the last ${SHOWN} by action, subject, key …`}
          value={find}
          onInput={(value) => changeQuery(writeQuery(FIELDS, { find: value }))}
        />
      </div>
      <section class="card">
        <Loaded state={state}>
          {({ data }) => {
            const shown = data.filter((entry) =>
              JSON.stringify(entry).toLowerCase().includes(find.toLowerCase()),
            );
            return shown.length === 0 ? (
              <Empty
                icon="key"
                title={find === "" ? "Nothing was changed yet" : "No entry matches"}
              />
            ) : (
              <Table label="Audit log" columns={COLUMNS} items={shown} keyOf={({ id }) => id} />
            );
          }}
        </Loaded>
      </section>
    </>
  );
}
