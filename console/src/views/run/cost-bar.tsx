/** What the run spent, what is held back for calls in flight, and its cap. */
import { moneyText } from "../../parts/number.ts";
import { useRun } from "./context.ts";

/** The cost as a text and, with a cap, as a bar. */
export function CostBar() {
  const { fold } = useRun();
  const spent = fold.progress.usage.cost_usd;
  const held = fold.reservedUsd;
  const cap = fold.limits.get("max_cost_usd");
  if (typeof cap !== "number" || cap <= 0) {
    return <span>{moneyText(spent)}</span>;
  }
  const share = (usd: number): string => `${Math.min((usd / cap) * 100, 100)}%`;
  return (
    <span
      class="cost-bar"
      title={`${moneyText(spent)} spent, ${moneyText(held)} held back, cap ${moneyText(cap)}`}
    >
      {moneyText(spent)} of {moneyText(cap)}
      <span class="cost-track" aria-hidden="true">
        <span class="cost-held" style={{ width: share(spent + held) }} />
        <span class="cost-spent" style={{ width: share(spent) }} />
      </span>
    </span>
  );
}
