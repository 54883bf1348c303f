/** Pure: the tasks of a tree in the order of its branches. */

/** What the order needs of a task. */
interface Branch {
  readonly id: string;
  readonly parent_task_id: string | null;
}

/**
 * Puts each task after the one that started it, with its own branch below it.
 * @param tasks oldest first
 */
export function branched<Task extends Branch>(tasks: readonly Task[]): Task[] {
  const known = new Set(tasks.map(({ id }) => id));
  const below = Map.groupBy(tasks, ({ parent_task_id: parent }) =>
    parent !== null && known.has(parent) ? parent : null,
  );
  const ordered: Task[] = [];
  const stack = [...(below.get(null) ?? [])].toReversed();
  for (let task = stack.pop(); task !== undefined; task = stack.pop()) {
    ordered.push(task);
    stack.push(...(below.get(task.id) ?? []).toReversed());
  }
  return ordered;
}
