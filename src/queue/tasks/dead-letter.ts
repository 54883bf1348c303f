/** Fails the tasks whose runs could not be started, with a stable code. */
import type { Observer } from "../../observe.ts";
import { specFor, type QueueDeps } from "./consumer.ts";
import { idsInMessage } from "../observed.ts";
import { readMessage } from "./message.ts";

/** Fails the task of every message, unless its run was started after all. */
export async function consumeDeadLetters(batch: MessageBatch, deps: QueueDeps): Promise<void> {
  await Promise.all(batch.messages.map((message) => failTask(message, deps)));
}

async function failTask(message: Message, deps: QueueDeps): Promise<void> {
  const task = readMessage(message.body);
  if (task === null) {
    message.ack();
    return;
  }
  try {
    // A dead letter may be older than its task's retention: only D1 says whether the task exists.
    const { tenant_id, task_id } = task;
    const spec = await specFor({ tenant_id, task_id }, deps);
    if (spec !== null) {
      await abandonRun(spec, task.tenant_id, task.task_id, deps);
    }
    message.ack();
  } catch (error) {
    deps.observer.fault("queue.dead_letter", error, idsInMessage(task));
    message.retry({ delaySeconds: 30 });
  }
}

/** Fails the task of a run that cannot be started. A started run continues. */
export async function abandonRun(
  spec: string,
  tenantId: string,
  taskId: string,
  deps: Pick<QueueDeps, "run"> & { readonly observer: Observer },
): Promise<void> {
  const message = "The task could not be handed to its run, however often it was tried.";
  const { changed } = await deps.run(tenantId, taskId).abandon(spec, message);
  deps.observer.count("task.abandoned", changed ? 1 : 0);
}
