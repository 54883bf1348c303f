/** Pure: the rows of the list, in which the runs of a batch are one. */
import type { Task } from "../../../../sdk/src/model.ts";

/** A row: a run, or the runs of a batch that are in the list. */
export interface RunRow {
  readonly key: string;
  /** The run. For a batch: its newest run, with the status and the usage of all of them. */
  readonly task: Task;
  readonly members: readonly Task[];
}

/** What a batch is as soon as one of its runs is. */
const STATUSES: readonly Task["status"][] = [
  "waiting",
  "running",
  "pending",
  "failed",
  "cancelled",
  "completed",
];

/**
 * Returns the rows of a list. A batch is one row in the place of its newest run, unless only one of
 * its runs is in the list.
 */
export function rowsOf(tasks: readonly Task[]): RunRow[] {
  const batches = Map.groupBy(tasks, ({ group_id }) => group_id);
  const shown = new Set<string>();
  return tasks.flatMap((task): RunRow[] => {
    const { group_id } = task;
    const members = group_id === null ? [] : (batches.get(group_id) ?? []);
    if (group_id === null || members.length < 2) {
      return [{ key: task.id, task, members: [task] }];
    }
    if (shown.has(group_id)) {
      return [];
    }
    shown.add(group_id);
    return [{ key: group_id, task: summary(task, members), members }];
  });
}

function summary(newest: Task, members: readonly Task[]): Task {
  const status = STATUSES.find((one) => members.some((task) => task.status === one));
  const first = members.find((task) => task.status === status) ?? newest;
  const sum = (pick: (usage: Task["usage"]) => number): number =>
    members.reduce((total, { usage }) => total + pick(usage), 0);
  const { status: is, waiting_for, waiting_until } = first;
  return {
    ...newest,
    status: is,
    waiting_for,
    waiting_until,
    started_at: null,
    usage: {
      steps: sum(({ steps }) => steps),
      model_calls: sum(({ model_calls }) => model_calls),
      tool_calls: sum(({ tool_calls }) => tool_calls),
      input_tokens: sum(({ input_tokens }) => input_tokens),
      output_tokens: sum(({ output_tokens }) => output_tokens),
      cost_usd: sum(({ cost_usd }) => cost_usd),
    },
  };
}
