/** The sum of what a run spent, over time, under its cap. The table below has the same for readers. */
import type { Spending } from "../../log/model.ts";
import { countText, moneyText } from "../../parts/number.ts";

interface SpendPlotProps {
  readonly spendings: readonly Spending[];
  /** In dollars; null if there is none. */
  readonly cap: number | null;
}

const WIDTH = 1000;
const HEIGHT = 100;
/** Points that are drawn: more could not be distinguished. */
const MOST_POINTS = 500;
/** Where the last point is, so that its step is seen. */
const LAST = 0.96;
/** A cap further above would press the line to the ground. */
const NEAR = 4;

/** The plot: dollars, or tokens if the model costs nothing. Nothing for a single attempt. */
export function SpendPlot({ spendings, cap }: SpendPlotProps) {
  const [first, last] = [spendings[0], spendings.at(-1)];
  if (first === undefined || last === undefined || spendings.length < 2) {
    return null;
  }
  const isMoney = last.totalUsd > 0;
  let tokens = 0;
  const sums = spendings.map(({ at, totalUsd, inputTokens, outputTokens }) => {
    tokens += inputTokens + outputTokens;
    return { at, sum: isMoney ? totalUsd : tokens };
  });
  const total = sums.at(-1)?.sum ?? 0;
  const ceiling = isMoney && cap !== null && cap <= total * NEAR ? cap : null;
  const most = Math.max(total, ceiling ?? 0, Number.EPSILON) * 1.08;
  const x = (at: number): number =>
    ((at - first.at) / Math.max(last.at - first.at, 1)) * WIDTH * LAST;
  const y = (sum: number): number => HEIGHT - (sum / most) * HEIGHT;
  const every = Math.ceil(sums.length / MOST_POINTS);
  const points = sums.filter((_, i) => i % every === 0 || i === sums.length - 1);
  const line = points.map(({ at, sum }) => `H${x(at).toFixed(1)}V${y(sum).toFixed(1)}`).join("");
  return (
    <figure class="spend" aria-hidden="true">
      <figcaption class="muted">
        {isMoney ? "Cost" : "Tokens"} so far: {isMoney ? moneyText(total) : countText(total)}
        {ceiling !== null && ` of ${moneyText(ceiling)}`}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        <path class="spend-area" d={`M0 ${HEIGHT}${line}H${WIDTH}V${HEIGHT}z`} />
        <path class="spend-line" d={`M0 ${HEIGHT}${line}H${WIDTH}`} />
        {ceiling !== null && <path class="spend-cap" d={`M0 ${y(ceiling).toFixed(1)}H${WIDTH}`} />}
      </svg>
    </figure>
  );
}
