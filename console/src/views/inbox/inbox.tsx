/** What waits for a person: all open questions, and the form that answers the selected one. */
import { useRef } from "preact/hooks";
import type { InboxEntry } from "../../../../sdk/src/model.ts";
import { useInbox, type Inbox as Questions } from "../../data/inbox.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { useKeys } from "../../parts/use-keys.ts";
import { changeQuery, place } from "../../route/location.ts";
import { oneOf, readQuery, text, writeQuery } from "../../route/query-state.ts";
import { Card } from "./card.tsx";
import { groupsOf, keyOf } from "./entries.ts";
import { EntryList } from "./entry-list.tsx";

const FIELDS = { by: oneOf("expiry", "agent"), q: text };
const ORDERS = [
  { id: "expiry", text: "By expiry" },
  { id: "agent", text: "By agent" },
] as const;

/** The view of the inbox. */
export function Inbox() {
  const state = useInbox();
  const { by } = readQuery(FIELDS, place.value.search);
  return (
    <>
      <PageHead title="Inbox" about="Runs that wait for a person, the soonest expiry first">
        <Tabs
          label="Order"
          tabs={ORDERS}
          current={by}
          onChange={(id) => changeQuery(writeQuery(FIELDS, { by: id }))}
        />
      </PageHead>
      <Loaded state={state} skeleton="card">
        {(inbox) => <Panes inbox={inbox} />}
      </Loaded>
    </>
  );
}

function Panes({ inbox: { entries, hasMore } }: { readonly inbox: Questions }) {
  const { by, q } = readQuery(FIELDS, place.value.search);
  // A question stays on the page after it was answered, here or by another person.
  const kept = useRef<InboxEntry | null>(null);
  const held = kept.current;
  const wanted = q === "" ? (held === null ? "" : keyOf(held)) : q;
  const open = entries.find((entry) => keyOf(entry) === wanted) ?? null;
  const shown =
    open ?? (held !== null && keyOf(held) === wanted ? held : q === "" ? entries[0] : null) ?? null;
  kept.current = shown;
  const next = entries.find((entry) => shown === null || keyOf(entry) !== keyOf(shown)) ?? null;
  const select = (entry: InboxEntry): void =>
    changeQuery(writeQuery(FIELDS, { q: keyOf(entry) }), true);
  const listed = groupsOf(entries, by === "agent").flatMap((group) => group.entries);
  const at = listed.findIndex((entry) => shown !== null && keyOf(entry) === keyOf(shown));
  const move = (step: number): void => {
    const entry = listed[Math.min(Math.max(at + step, 0), listed.length - 1)];
    if (entry !== undefined) {
      select(entry);
    }
  };
  const card = useRef<HTMLDivElement>(null);
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    // Nothing is decided by one key.
    a: () => focusIn(card.current, ".answer-actions .button-primary"),
    d: () => focusIn(card.current, ".answer-actions .button-danger"),
    Escape: () => changeQuery(writeQuery(FIELDS, { q: "" })),
  });
  if (entries.length === 0 && shown === null) {
    return (
      <Empty icon="check" title="Nothing waits for you">
        Approvals, questions and reached budgets of all runs come here by themselves.
      </Empty>
    );
  }
  return (
    <div class={`inbox ${q === "" ? "" : "inbox-open"}`}>
      <div class="inbox-list">
        <EntryList
          entries={entries}
          isByAgent={by === "agent"}
          selected={shown === null ? "" : keyOf(shown)}
          onSelect={select}
        />
        {hasMore && <p class="inbox-more muted">The first {entries.length} are shown.</p>}
      </div>
      <div class="inbox-card" ref={card}>
        {shown === null ? (
          <Empty icon="inbox" title="This question is no longer open" />
        ) : (
          <Card
            key={keyOf(shown)}
            entry={shown}
            isOpen={entries.includes(shown)}
            onBack={() => changeQuery(writeQuery(FIELDS, { q: "" }))}
            onNext={next === null ? null : () => select(next)}
          />
        )}
      </div>
    </div>
  );
}

function focusIn(box: HTMLElement | null, selector: string): void {
  const found = box?.querySelector<HTMLElement>(selector);
  found?.scrollIntoView({ block: "nearest" });
  found?.focus();
}
