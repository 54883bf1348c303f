/** What a task and all tasks below it have used together. */
import type { TaskRow } from "../../../store/tasks/rows.ts";
import type { TreeUsage } from "../../../store/tasks/trees.ts";
import type { ApiDeps } from "../../context.ts";

/** Adds what a task has used itself to what all tasks below it have. */
export function withOwn({ usage: own, completed_at }: TaskRow, below: TreeUsage): TreeUsage {
  const isOpen = completed_at === null;
  return {
    tasks: below.tasks + 1,
    open: below.open + (isOpen ? 1 : 0),
    steps: below.steps + own.steps,
    model_calls: below.model_calls + own.model_calls,
    tool_calls: below.tool_calls + own.tool_calls,
    input_tokens: below.input_tokens + own.input_tokens,
    output_tokens: below.output_tokens + own.output_tokens,
    cost_usd: Math.round((below.cost_usd + own.cost_usd) * 1_000_000) / 1_000_000,
  };
}

/** Returns the use of a task's tree; null for a task that cannot start others, without a query. */
export async function usageOfTree(deps: ApiDeps, task: TaskRow): Promise<TreeUsage | null> {
  return task.agents.length === 0
    ? null
    : withOwn(task, await deps.trees.usageBelow(task.tenant_id, task));
}
