/** Search and filters of the runs. Every filter in force is a chip, which removes it. */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { FilterChip } from "../../parts/chip.tsx";
import { Choice, Input } from "../../parts/field.tsx";
import { changeQuery } from "../../route/location.ts";
import { writeQuery } from "../../route/query-state.ts";
import { FILTERS, WAITS, type Filters } from "./filters.ts";

/** A pause in typing, after which it is searched. */
const TYPING_MS = 300;
const PERIOD_TEXTS = {
  "": "any time",
  "1h": "the last hour",
  "24h": "the last 24 hours",
  "7d": "the last 7 days",
  "30d": "the last 30 days",
} as const;

const change = (changes: Partial<Filters>): void => changeQuery(writeQuery(FILTERS, changes));

/** The bar. */
export function FilterBar({ filters }: { readonly filters: Filters }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="runs-filters">
      <div class="runs-search">
        <Search q={filters.q} />
        <Button icon="filter" expands={isOpen} onClick={() => setOpen(!isOpen)}>
          Filter
        </Button>
      </div>
      {isOpen && <FilterForm filters={filters} />}
      <Chips filters={filters} />
    </div>
  );
}

function Search({ q }: { readonly q: string }) {
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  useEffect(() => {
    if (text === q) {
      return undefined;
    }
    const timer = setTimeout(() => change({ q: text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <Input
      label="Search the runs"
      isHidden
      type="search"
      placeholder="Search by id, name or goal"
      value={text}
      onInput={setText}
    />
  );
}

function FilterForm({ filters }: { readonly filters: Filters }) {
  const [pair, setPair] = useState("");
  return (
    <div class="card runs-form">
      <Choice
        label="Created in"
        value={filters.since}
        options={Object.entries(PERIOD_TEXTS).map(([value, text]) => ({ value, text }))}
        onChange={(value) => changeQuery({ since: value })}
      />
      <Choice
        label="Waiting for"
        value={filters.wait}
        options={["", ...WAITS].map((value) => ({ value, text: value || "anything" }))}
        onChange={(value) => changeQuery({ wait: value })}
      />
      <Input label="Agent" value={filters.agent} onInput={(agent) => change({ agent })} />
      <Input
        label="Schedule"
        placeholder="schedule_…"
        value={filters.schedule}
        onInput={(schedule) => change({ schedule: schedule.trim() })}
      />
      <Input
        label="Batch"
        placeholder="group_…"
        value={filters.group}
        onInput={(group) => change({ group: group.trim() })}
      />
      <Input
        label="Metadata"
        placeholder="team:support"
        hint="A name and a value; Enter adds it."
        value={pair}
        onInput={setPair}
        onKeyDown={(event) => {
          const [name = "", ...rest] = pair.split(":");
          if (event.key === "Enter" && name.trim() !== "" && rest.length > 0) {
            change({ metadata: [...filters.metadata, [name.trim(), rest.join(":").trim()]] });
            setPair("");
          }
        }}
      />
    </div>
  );
}

function Chips({ filters }: { readonly filters: Filters }) {
  const { status, wait, agent, schedule, group, since, metadata, q } = filters;
  const chips = [
    ...(q === "" ? [] : [{ name: "text", value: q, without: { q: "" } }]),
    ...(status.length === 0
      ? []
      : [{ name: "status", value: status.join(", "), without: { status: [] } }]),
    ...(wait === "" ? [] : [{ name: "waiting for", value: wait, without: { wait: "" as const } }]),
    ...(agent === "" ? [] : [{ name: "agent", value: agent, without: { agent: "" } }]),
    ...(schedule === "" ? [] : [{ name: "schedule", value: schedule, without: { schedule: "" } }]),
    ...(group === "" ? [] : [{ name: "batch", value: group, without: { group: "" } }]),
    ...(since === ""
      ? []
      : [{ name: "created in", value: PERIOD_TEXTS[since], without: { since: "" as const } }]),
    ...metadata.map(([name, value], at) => ({
      name,
      value,
      without: { metadata: metadata.filter((_, i) => i !== at) },
    })),
  ];
  return chips.length === 0 ? null : (
    <div class="runs-chips">
      {chips.map(({ name, value, without }) => (
        <FilterChip
          key={`${name} ${value}`}
          name={name}
          value={value}
          onRemove={() => change(without)}
        />
      ))}
    </div>
  );
}
