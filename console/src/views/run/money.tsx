/** What the run cost: each attempt with its tokens, and the sum so far. */
import type { Spending } from "../../log/model.ts";
import { countText, moneyText } from "../../parts/number.ts";
import { Money } from "../../parts/money.tsx";
import { Empty } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { useRun } from "./context.ts";
import { SpendPlot } from "./spend-plot.tsx";

const ROW_PX = 36;

/** The reading of the money. */
export function MoneyReading() {
  const { fold, select } = useRun();
  const { spendings, reservedUsd, limits } = fold;
  if (spendings.length === 0) {
    return <Empty icon="chart" title="Nothing was spent yet" />;
  }
  const most = Math.max(
    ...spendings.slice(-1000).map(({ usd, outputTokens }) => usd || outputTokens),
  );
  const total = spendings.at(-1)?.totalUsd ?? 0;
  const cap = limits.get("max_cost_usd");
  const input = spendings.reduce((sum, one) => sum + one.inputTokens, 0);
  const cached = spendings.reduce((sum, one) => sum + one.cachedTokens, 0);
  const columns: readonly Column<Spending>[] = [
    {
      id: "step",
      header: "Step",
      width: "120px",
      cell: ({ step, attempt, seq }) => (
        <button type="button" class="talk-open" onClick={() => select(seq)}>
          {step}
          {attempt > 1 && ` (attempt ${attempt})`}
        </button>
      ),
    },
    { id: "model", header: "Model", cell: ({ model }) => model, hide: "s" },
    {
      id: "share",
      header: "Share",
      hide: "m",
      width: "140px",
      cell: ({ usd, outputTokens }) => (
        <span class="money-track" aria-hidden="true">
          <span style={{ width: `${most === 0 ? 0 : ((usd || outputTokens) / most) * 100}%` }} />
        </span>
      ),
    },
    {
      id: "in",
      header: "In",
      width: "80px",
      isNumber: true,
      cell: (one) => countText(one.inputTokens),
    },
    {
      id: "cached",
      header: "Cached",
      width: "80px",
      isNumber: true,
      hide: "s",
      cell: (one) => countText(one.cachedTokens),
    },
    {
      id: "out",
      header: "Out",
      width: "80px",
      isNumber: true,
      cell: (one) => countText(one.outputTokens),
    },
    {
      id: "usd",
      header: "Cost",
      width: "100px",
      isNumber: true,
      cell: ({ usd, isEstimated }) => (
        <>
          {isEstimated && "≤ "}
          <Money usd={usd} />
        </>
      ),
    },
    {
      id: "total",
      header: "Sum",
      width: "100px",
      isNumber: true,
      hide: "s",
      cell: ({ totalUsd }) => <Money usd={totalUsd} />,
    },
  ];
  return (
    <>
      <dl class="money-sums">
        <Sum name="Spent" value={moneyText(total)} />
        <Sum name="Held back" value={moneyText(reservedUsd)} />
        <Sum name="Cap" value={typeof cap === "number" ? moneyText(cap) : "none"} />
        <Sum
          name="From cache"
          value={input === 0 ? "0 %" : `${Math.round((cached / input) * 100)} %`}
        />
      </dl>
      <SpendPlot spendings={spendings} cap={typeof cap === "number" ? cap : null} />
      <div class="card run-table">
        <Table
          label="Cost by attempt"
          columns={columns}
          items={spendings}
          keyOf={({ seq }) => String(seq)}
          row={ROW_PX}
        />
      </div>
    </>
  );
}

function Sum({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
