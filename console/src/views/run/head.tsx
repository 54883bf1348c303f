/** The head of a run: what it is to do, how it stands, what it used, and what can be done with it. */
import { useRef } from "preact/hooks";
import { goalText } from "../../../../sdk/src/view/wording.ts";
import { useQuery } from "../../data/use-query.ts";
import { lineOf } from "../../parts/foreign.ts";
import { countText, spanText } from "../../parts/number.ts";
import { StatusChip, toneOf } from "../../parts/status.tsx";
import { Text } from "../../parts/text.tsx";
import { Ago, Since } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { CostBar } from "./cost-bar.tsx";
import { RunActions } from "./actions.tsx";
import { useRun } from "./context.ts";
import { activeMs, nextOf } from "./status-of.ts";
import { StickyLine } from "./sticky-line.tsx";
import { useTitle } from "../../parts/title.ts";

/** Shorter waits are not told apart from work. */
const LEAST_WAIT_MS = 1000;

/** The head. */
export function RunHead() {
  const { fold, past, taskId, isFile } = useRun();
  const head = useRef<HTMLElement>(null);
  const created = fold.created?.data ?? null;
  const goal = goalText(created?.input_data ?? null);
  useTitle(lineOf(goal, 60) || "Run");
  const { usage } = fold.progress;
  const { status } = fold;
  const next = nextOf(fold);
  const maxSteps = fold.limits.get("max_steps");
  return (
    <>
      <header class="run-head" ref={head}>
        <div class="run-title">
          <h1>
            <Text text={lineOf(goal, 240) || taskId} />
          </h1>
          <RunActions status={status} />
        </div>
        <div class="run-facts">
          <StatusChip
            status={status}
            waitingFor={fold.wait?.for ?? null}
            until={fold.wait?.until ?? null}
          />
          {next !== "" && <span class={`run-doing tone-${toneOf(status)}`}>{next}</span>}
          {created !== null && (
            <a href={hrefTo(["agents", created.agent])}>
              {created.agent}@{created.agent_version}
            </a>
          )}
          {created !== null && <span>{created.config.model}</span>}
          <span>
            {usage.steps}
            {typeof maxSteps === "number" && ` of ${maxSteps}`} steps
          </span>
          <span>
            {countText(usage.input_tokens)} in · {countText(usage.output_tokens)} out
          </span>
          <Times isPast={past !== null} />
          <CostBar />
          {!isFile && <RetryOf />}
        </div>
      </header>
      <StickyLine head={head} title={lineOf(goal, 240) || taskId} />
    </>
  );
}

/** How long it lasts, how much of that it worked, and when it began. */
function Times({ isPast }: { readonly isPast: boolean }) {
  const { fold } = useRun();
  const startedAt = fold.created === null ? fold.at : Date.parse(fold.created.at);
  const isOver = fold.end !== null || isPast;
  const to = fold.end?.at ?? fold.at;
  const active = activeMs(fold, fold.at);
  const hasWaited = active < to - startedAt - LEAST_WAIT_MS;
  return (
    <>
      <span>
        {isOver ? spanText(to - startedAt) : <Since at={startedAt} />}
        {hasWaited && ` (${spanText(active)} active)`}
      </span>
      <span class="muted">
        started <Ago at={startedAt} /> ago
      </span>
    </>
  );
}

function RetryOf() {
  const { taskId } = useRun();
  const { value } = useQuery(`task ${taskId}`, ({ tasks }, signal) =>
    tasks.get(taskId, { signal }),
  );
  const retried = value?.retry_of ?? null;
  return retried === null ? null : (
    <span>
      <a href={hrefTo(["runs", retried])}>retry of {retried.slice(-8)}</a>{" "}
      <a href={hrefTo(["runs", taskId, "compare"], { with: retried })}>compare</a>
    </span>
  );
}
