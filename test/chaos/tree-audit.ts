/** What must hold of each tree after a chaos run. Each breach is a sentence. */
import { isDeepStrictEqual } from "node:util";
import type { Service } from "../service.ts";
import { getJson, type LogEvent } from "../tasks.ts";
import type { Evidence } from "./audit.ts";
import { TREE_SIZE, WIDTHS, type PlannedLevel } from "./trees.ts";

/** Returns what is wrong with a tree. @param tree its tasks, the first one included */
export async function treeBreaches(
  service: Service,
  root: Evidence,
  tree: readonly Evidence[],
  levels: readonly PlannedLevel[],
): Promise<string[]> {
  const isCancelled = root.row.status === "cancelled";
  const found = tree.flatMap((one) => memberBreaches(one, tree, levels, isCancelled));
  if (!isCancelled && tree.length !== TREE_SIZE) {
    found.push(`it has ${tree.length} tasks, not ${TREE_SIZE}`);
  }
  const logged = tree.reduce((sum, { log }) => sum + costOf(log), 0);
  const { usage } = await getJson<{ usage: { cost_usd: number; tasks: number; open: number } }>(
    service,
    `/api/v1/tasks/${root.row.task_id}/tree`,
  );
  const told = [Math.round(usage.cost_usd * 1e6), usage.tasks, usage.open];
  if (!isDeepStrictEqual(told, [logged, tree.length, 0])) {
    found.push(`it says ${told.join(", ")}, and its logs ${logged} µ$ of ${tree.length} tasks`);
  }
  return found.map((what) => `tree of ${root.row.task_id}: ${what}`);
}

/** A task of a tree: it started each of its tasks once, and heard the end of each once. */
function memberBreaches(
  { row, log }: Evidence,
  tree: readonly Evidence[],
  levels: readonly PlannedLevel[],
  isCancelled: boolean,
): string[] {
  const at = `${row.task_id} at depth ${row.depth}`;
  const level = levels[row.depth];
  if (level === undefined) {
    return [`${at} is too deep`];
  }
  const wanted = log.flatMap(({ type, data }) =>
    type === "tool.requested" && data["wait"] === "children"
      ? (data["tasks"] as { readonly task_id: string }[]).map(({ task_id }) => task_id)
      : [],
  );
  const made = tree
    .filter((other) => other.row.parent_task_id === row.task_id)
    .map((other) => other.row.task_id);
  if (isCancelled) {
    const stray = made.filter((id) => !wanted.includes(id));
    return stray.map((id) => `${at} has ${id}, which it did not order`);
  }
  const ends = log.flatMap(({ type, data }) =>
    type === "child.ended" ? [String(data["task_id"])] : [],
  );
  const { steps, tool_calls } = row.usage;
  const is = {
    status: row.status,
    answer: row.result?.answer,
    usage: { steps, tool_calls },
    orders: wanted.length,
    made: made.toSorted(),
    ends: ends.toSorted(),
  };
  const ordered = wanted.toSorted();
  const should = {
    status: "completed",
    answer: level.answer,
    usage: level.usage,
    orders: WIDTHS[row.depth] ?? 0,
    made: ordered,
    ends: ordered,
  };
  return isDeepStrictEqual(is, should)
    ? []
    : [`${at} is ${JSON.stringify(is)}, not ${JSON.stringify(should)}`];
}

function costOf(log: readonly LogEvent[]): number {
  return log.reduce(
    (sum, { type, data }) =>
      type === "usage.recorded" ? sum + Number(data["cost_micro_usd"]) : sum,
    0,
  );
}
