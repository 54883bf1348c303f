/** The memory stores of the tenant: what tasks remember for later ones. */
import type { MemoryStore } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { countText } from "../../parts/number.ts";
import type { Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { SaveAnywhere } from "./memory-dialogs.tsx";

const EVERY_MS = 30_000;

const COLUMNS: readonly Column<MemoryStore>[] = [
  {
    id: "store",
    header: "Store",
    cell: ({ store }) => (
      <a href={hrefTo(["memory", store])}>
        <Line text={store} />
      </a>
    ),
  },
  {
    id: "items",
    header: "Items",
    width: "90px",
    isNumber: true,
    cell: ({ items }) => countText(items),
  },
  {
    id: "chars",
    header: "Characters",
    width: "110px",
    isNumber: true,
    hide: "s",
    cell: ({ chars }) => countText(chars),
  },
  {
    id: "updated",
    header: "Written",
    width: "110px",
    hide: "s",
    cell: ({ updated_at }) => (
      <>
        <Ago at={updated_at} /> ago
      </>
    ),
  },
];

/** The view of the stores. */
export function Memory() {
  return (
    <ListView
      title="Memory"
      about="What tasks remember for later ones: of the tenant, an agent, or a subject"
      name="memories"
      read={({ memory }, query, signal) => memory.stores(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ store }) => store}
      hrefOf={({ store }) => hrefTo(["memory", store])}
      empty={{
        icon: "save",
        title: "No memory stores yet",
        text: "Runs of an agent with long_term_memory save here, and so can you.",
      }}
      create={{
        text: "Save a memory",
        scope: "memory:write",
        dialog: (onClose) => <SaveAnywhere onClose={onClose} />,
      }}
    />
  );
}
