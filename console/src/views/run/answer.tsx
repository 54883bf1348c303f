/** How the run ended: its answer, its failure, or who cancelled it. */
import { CopyButton } from "../../parts/copy.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { Mark } from "../../parts/chip.tsx";
import { toneOf } from "../../parts/status.tsx";
import { Text } from "../../parts/text.tsx";
import { useRun, useWhole } from "./context.ts";

const TITLES = { completed: "Answer", failed: "Failed", cancelled: "Cancelled" } as const;

/** The end of the run; nothing while it lasts. */
export function Answer() {
  const { end } = useRun().fold;
  const whole = useWhole(end?.seq ?? null);
  if (end === null) {
    return null;
  }
  const result = whole?.type === "run.completed" ? whole.data.result : null;
  const text = result?.answer ?? end.text;
  const data = result?.data ?? end.data;
  return (
    <article class={`talk-answer tone-${toneOf(end.status)}`}>
      <header class="talk-who">
        <Mark tone={toneOf(end.status)} /> {TITLES[end.status]}
        <span class="talk-facts">
          <CopyButton text={text} label="Copy the answer" />
        </span>
      </header>
      {end.status === "completed" ? (
        <Markdown text={text} />
      ) : (
        <p>
          <Text text={text} />
        </p>
      )}
      {data !== undefined && <JsonTree value={data} label="the answer as data" />}
    </article>
  );
}
