/** The items of a memory store, or those that match a text. */
import { useState } from "preact/hooks";
import type { MemoryItem } from "../../../../sdk/src/model.ts";
import { List } from "../../data/list.tsx";
import { Button } from "../../parts/button.tsx";
import { Input } from "../../parts/field.tsx";
import { Section } from "../../parts/section.tsx";
import type { Column } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { lacking } from "../../session/store.ts";
import type { Open } from "./open.ts";
import { Trust } from "./trust.tsx";

const EVERY_MS = 15_000;

interface ItemsProps {
  readonly store: string;
  readonly onOpen: (open: Open) => void;
}

/** The list, with its search. */
export function Items({ store, onOpen }: ItemsProps) {
  const [typed, setTyped] = useState("");
  const [query, setQuery] = useState("");
  return (
    <Section title="Items">
      <form
        class="memory-search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setQuery(typed.trim());
        }}
      >
        <Input label="Search as a run does" type="search" value={typed} onInput={setTyped} />
        <Button type="submit" icon="search">
          Search
        </Button>
      </form>
      <List
        key={query}
        name={`memory/${store}/items?${query}`}
        read={({ memory }, page, signal) =>
          memory.items(store, query === "" ? page : { ...page, query }, { signal })
        }
        everyMs={EVERY_MS}
        label="Items"
        columns={columnsWith(onOpen)}
        keyOf={({ id }) => id}
        empty={{ icon: "search", title: query === "" ? "No items" : "Nothing matches" }}
      />
    </Section>
  );
}

function columnsWith(onOpen: ItemsProps["onOpen"]): readonly Column<MemoryItem>[] {
  const needs = lacking("memory:write");
  return [
    {
      id: "content",
      header: "Content",
      cell: ({ content, key, tags }) => (
        <span class="memory-content">
          <Text text={content} />
          <span class="muted">
            <Text text={[...(key === null ? [] : [key]), ...tags].join(" · ")} />
          </span>
        </span>
      ),
    },
    {
      id: "trust",
      header: "Trust",
      width: "110px",
      hide: "s",
      cell: ({ trust }) => <Trust of={trust} />,
    },
    {
      id: "actions",
      header: <span class="hidden">Actions</span>,
      width: "250px",
      cell: (item) => (
        <span class="keys-actions">
          <Button
            kind="quiet"
            onClick={() => onOpen({ kind: "versions", of: "item", entry: item.id })}
          >
            {`Version ${item.version}`}
          </Button>
          <Button
            kind="quiet"
            disabled={needs !== null}
            onClick={() => onOpen({ kind: "item", item })}
          >
            Change
          </Button>
          <Button
            kind="quiet"
            disabled={needs !== null}
            onClick={() => onOpen({ kind: "delete", of: { item } })}
          >
            Delete
          </Button>
        </span>
      ),
    },
  ];
}
