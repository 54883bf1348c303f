/** The tree of a run: the tasks that it started and the one that started it, with what they used. */
import { useQuery } from "../../data/use-query.ts";
import { branched } from "../../log/tree.ts";
import { moneyText, spanText } from "../../parts/number.ts";
import { StatusCell } from "../../parts/status.tsx";
import { Line } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";
import { useRun } from "./context.ts";
import { TreeQuestions } from "./tree-questions.tsx";

/** Tasks that are shown. */
const MOST = 100;
const EVERY_MS = 5000;
/** What waits for a person. */
const PEOPLE: ReadonlySet<string> = new Set(["approval", "input", "budget"]);
const INDENT_PX = 18;

/** The tree; nothing for a run that is alone. */
export function Tree() {
  const { fold, taskId, isFile } = useRun();
  const root = fold.created?.data.parent?.path[0] ?? null;
  const started = fold.items.filter((item) => item.kind === "mark" && item.what === "child").length;
  return isFile || (root === null && started === 0) ? null : (
    <Tasks root={root ?? taskId} taskId={taskId} version={started} />
  );
}

interface TasksProps {
  readonly root: string;
  readonly taskId: string;
  /** Changes when the run has news of its tasks. */
  readonly version: number;
}

function Tasks({ root, taskId, version }: TasksProps) {
  const { value } = useQuery(
    `tree of ${root} at ${version}`,
    ({ tasks }, signal) => tasks.tree(root, { limit: MOST }, { signal }),
    { everyMs: EVERY_MS },
  );
  if (value === undefined) {
    return null;
  }
  const { data, usage, next_cursor } = value;
  const isAsked =
    next_cursor !== null ||
    data.some(({ id, waiting_for }) => id !== taskId && PEOPLE.has(waiting_for ?? ""));
  return (
    <>
      <section class="card run-tree" aria-label="Tree">
        <h2>
          Tree{" "}
          <span class="muted">
            {usage.tasks} tasks, {usage.open} open · {moneyText(usage.cost_usd)}
          </span>
        </h2>
        <ul>
          {branched(data).map((task) => (
            <li key={task.id} style={{ paddingInlineStart: `${task.depth * INDENT_PX}px` }}>
              <a
                href={hrefTo(["runs", task.id])}
                aria-current={task.id === taskId ? "page" : undefined}
              >
                <Line text={task.name ?? task.agent} />
              </a>
              <StatusCell status={task.status} waitingFor={task.waiting_for} />
              <span class="muted number">
                {[
                  ...(task.completed_at === null
                    ? []
                    : [spanText(Date.parse(task.completed_at) - Date.parse(task.created_at))]),
                  ...(task.usage === null ? [] : [moneyText(task.usage.cost_usd)]),
                ].join(" · ")}
              </span>
            </li>
          ))}
        </ul>
        {next_cursor !== null && (
          <p class="muted">
            The first {MOST} of {usage.tasks}; <code>opspawn tasks tree</code> lists all of them.
          </p>
        )}
      </section>
      {isAsked && <TreeQuestions root={root} taskId={taskId} version={version} />}
    </>
  );
}
