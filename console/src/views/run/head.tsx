/** The head of a run: what it is to do, how it stands, what it used, and what can be done with it. */
import { goalText } from "../../../../sdk/src/view/wording.ts";
import { useQuery } from "../../data/use-query.ts";
import { lineOf } from "../../parts/foreign.ts";
import { countText, spanText } from "../../parts/number.ts";
import { StatusChip } from "../../parts/status.tsx";
import { Text } from "../../parts/text.tsx";
import { Ago, Since } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { CostBar } from "./cost-bar.tsx";
import { RunActions } from "./actions.tsx";
import { useRun } from "./context.ts";
import { useTitle } from "../../parts/title.ts";

/** The head. */
export function RunHead() {
  const { follower, taskId, isFile } = useRun();
  const { fold } = follower;
  const created = fold.created?.data ?? null;
  const goal = goalText(created?.input_data ?? null);
  useTitle(lineOf(goal, 60) || "Run");
  const { usage } = fold.progress;
  const status =
    fold.end?.status ??
    (fold.wait === null ? (usage.steps === 0 ? "pending" : "running") : "waiting");
  const startedAt = fold.created === null ? fold.at : Date.parse(fold.created.at);
  const maxSteps = fold.limits.get("max_steps");
  return (
    <header class="run-head">
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
        {fold.end === null && <span class="run-doing">{nextOf(status, fold.progress.doing)}</span>}
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
        <span>
          {fold.end === null ? <Since at={startedAt} /> : spanText(fold.end.at - startedAt)}
        </span>
        <span class="muted">
          started <Ago at={startedAt} /> ago
        </span>
        <CostBar />
        {!isFile && <RetryOf />}
      </div>
    </header>
  );
}

/** What moves the run next, or what it does now. */
function nextOf(status: string, doing: string): string {
  return status === "pending" ? "in line" : status === "waiting" ? "" : doing;
}

function RetryOf() {
  const { taskId } = useRun();
  const { value } = useQuery(`task ${taskId}`, ({ tasks }, signal) =>
    tasks.get(taskId, { signal }),
  );
  const retried = value?.retry_of ?? null;
  return retried === null ? null : (
    <a href={hrefTo(["runs", retried])}>retry of {retried.slice(-8)}</a>
  );
}
