/** What one of two runs was and used, with its difference to the other. */
import { goalText } from "../../../../sdk/src/view/wording.ts";
import type { RunFold } from "../../log/fold.ts";
import { lineOf } from "../../parts/foreign.ts";
import { countText, moneyText, spanText } from "../../parts/number.ts";
import { StatusChip } from "../../parts/status.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";

interface RunFactsProps {
  readonly id: string;
  readonly title: string;
  readonly fold: RunFold;
  /** The run that it is compared with. */
  readonly against?: RunFold;
}

/** The run. */
export function RunFacts({ id, title, fold, against }: RunFactsProps) {
  const created = fold.created?.data;
  const facts = [
    { name: "Steps", text: countText, value: stepsOf },
    { name: "Tokens", text: countText, value: tokensOf },
    { name: "Cost", text: moneyText, value: usdOf },
    { name: "Time", text: spanText, value: msOf },
  ];
  return (
    <section class="card compare-run" aria-label={title}>
      <h2>
        {title}: <a href={hrefTo(["runs", id])}>{id.slice(-8)}</a>
      </h2>
      <p class="compare-goal">
        <Text text={lineOf(goalText(created?.input_data ?? null), 200)} />
      </p>
      <p class="compare-about">
        <StatusChip status={fold.status} waitingFor={fold.wait?.for ?? null} />
        {created !== undefined && (
          <>
            <a href={hrefTo(["agents", created.agent])}>
              {created.agent}@{created.agent_version}
            </a>
            <span>{created.config.model}</span>
          </>
        )}
        {fold.created !== null && <Time at={fold.created.at} />}
      </p>
      <dl class="compare-facts">
        {facts.map(({ name, text, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {text(value(fold))}
              {against !== undefined && (
                <span class="muted"> {changeText(value(fold) - value(against), text)}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function changeText(change: number, text: (value: number) => string): string {
  return change === 0 ? "same" : `${change > 0 ? "+" : "−"}${text(Math.abs(change))}`;
}

function stepsOf({ progress }: RunFold): number {
  return progress.usage.steps;
}

function tokensOf({ progress: { usage } }: RunFold): number {
  return usage.input_tokens + usage.output_tokens;
}

function usdOf({ spendings }: RunFold): number {
  return spendings.at(-1)?.totalUsd ?? 0;
}

function msOf({ created, end, at }: RunFold): number {
  return created === null ? 0 : (end?.at ?? at) - Date.parse(created.at);
}
