/** The bars of a report, their legend, and the same as a table. */
import { useMemo } from "preact/hooks";
import type { UsageReport } from "../../../../sdk/src/model.ts";
import { Money } from "../../parts/money.tsx";
import { countText, moneyText } from "../../parts/number.ts";
import { COLOURS, Plot } from "../../parts/plot.tsx";
import { stackOf } from "../../parts/stack.ts";
import { Table, type Column } from "../../parts/table.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Line } from "../../parts/text.tsx";
import { partsOf, rowsOf, type Group, type GroupRow, type Measure } from "./sums.ts";

interface ReportProps {
  readonly report: UsageReport;
  readonly group: Group;
  readonly measure: Measure;
  readonly onGroup: (group: Group) => void;
  readonly onMeasure: (measure: Measure) => void;
}

const GROUPS = [
  { id: "model", text: "By model" },
  { id: "agent", text: "By agent" },
] as const;
const MEASURES = [
  { id: "cost", text: "Cost" },
  { id: "tokens", text: "Tokens" },
] as const;

const COLUMNS: readonly Column<GroupRow>[] = [
  { id: "name", header: "Name", cell: ({ name }) => <Line text={name} /> },
  ...(
    [
      { id: "tasks", header: "Tasks", hide: "s" },
      { id: "calls", header: "Model calls", hide: "m" },
      { id: "input", header: "Tokens in", hide: "s" },
      { id: "cached", header: "Cached", hide: "m" },
      { id: "output", header: "Tokens out", hide: "s" },
    ] as const
  ).map((column): Column<GroupRow> =>
    Object.assign({}, column, {
      width: "100px",
      isNumber: true,
      cell: (row: GroupRow) => countText(row[column.id]),
    }),
  ),
  {
    id: "cost",
    header: "Cost",
    width: "100px",
    isNumber: true,
    cell: ({ cost }) => <Money usd={cost} />,
  },
];

/** The report. */
export function Report({ report, group, measure, onGroup, onMeasure }: ReportProps) {
  const { data, from, to } = report;
  const stack = useMemo(
    () => stackOf(partsOf(data, measure, group), from, to),
    [data, from, to, measure, group],
  );
  const rows = rowsOf(data, group);
  const textOf = measure === "cost" ? moneyText : countText;
  const total = stack.groups.reduce((sum, one) => sum + one.total, 0);
  return (
    <section class="card setup-card">
      <div class="setup-head">
        <p class="usage-total">
          {textOf(total)}
          <span class="muted">
            {measure === "cost" ? "" : " tokens"} from {from} to {to}
          </span>
        </p>
        <div class="setup-chips">
          <Tabs label="Measure" tabs={MEASURES} current={measure} onChange={onMeasure} />
          <Tabs label="Group" tabs={GROUPS} current={group} onChange={onGroup} />
        </div>
      </div>
      <Plot stack={stack} textOf={textOf} />
      <ul class="usage-legend" aria-hidden="true">
        {stack.groups.map(({ name }, i) => (
          <li key={name}>
            <span class={`usage-key tone-${COLOURS[i] ?? "calm"}`} /> <Line text={name} />
          </li>
        ))}
      </ul>
      <Table
        label={`Usage by ${group}`}
        columns={COLUMNS}
        items={rows}
        keyOf={({ name }) => name}
      />
    </section>
  );
}
