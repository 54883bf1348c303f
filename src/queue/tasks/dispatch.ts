/**
 * Dispatches accepted tasks. The queue is the guarantee: it delivers the message until the run has
 * started. The run is also started directly, so that it does not wait for a delivery. `start` is
 * idempotent, so the order of the two does not matter, and neither does the loss of one.
 */
import type { RunRpc } from "../../durable/run/rpc.ts";
import type { Observer } from "../../observe.ts";
import { specOf, type StoredTask } from "../../store/tasks/rows.ts";
import { idsOfTask } from "../observed.ts";
import { messageFor, sendTask, type TaskQueues } from "./message.ts";

export interface DispatchDeps {
  readonly queues: TaskQueues;
  readonly observer: Observer;
  run(tenantId: string, taskId: string): Pick<RunRpc, "start">;
  /** Continues work after the response. */
  background(work: Promise<void>): void;
}

/**
 * Sends a task to its queue, and starts its run in the background unless it has to wait.
 * @throws what the queue throws; the run may have started
 */
export async function dispatchTask(task: StoredTask, deps: DispatchDeps): Promise<void> {
  const message = messageFor(task);
  const sent = sendTask(deps.queues, task.priority, message);
  if (startsDirectly(task)) {
    deps.background(startRun(task, message.spec, deps));
  }
  await sent;
}

/**
 * Returns whether a run starts without waiting for its message. A run with a start time or under a
 * concurrency limit would only wait in its object; one of low priority waits its turn in its queue,
 * which is worked off slowly on purpose. Budgets are asked by the run, before it calls a model.
 */
function startsDirectly({
  scheduled_at,
  slotted,
  priority,
}: Pick<StoredTask, "scheduled_at" | "slotted" | "priority">): boolean {
  return scheduled_at === null && !slotted && priority >= 0;
}

async function startRun(
  task: StoredTask,
  spec: string | undefined,
  deps: DispatchDeps,
): Promise<void> {
  try {
    await deps.run(task.tenant_id, task.task_id).start(spec ?? JSON.stringify(specOf(task)));
  } catch (error) {
    // The queue starts it.
    deps.observer.fault("dispatch.start", error, idsOfTask(task));
  }
}
