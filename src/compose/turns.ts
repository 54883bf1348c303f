/** Builds what starts queued turns of conversations. Loads in plain Node. */
import { runStub, type RunRpc } from "../durable/run/rpc.ts";
import type { Observer } from "../observe.ts";
import { dispatchTask } from "../queue/tasks/dispatch.ts";
import { releaseTurn } from "../queue/tasks/turns.ts";
import { ConversationStore } from "../store/conversations.ts";
import { TaskStore } from "../store/tasks/tasks.ts";

/** The queue is the guarantee, so this is not awaited. */
function background(work: Promise<void>): void {
  void work;
}

/** Returns the function that starts a turn if the turn before it has ended. */
export function releaserOf(
  env: Env,
  observer: Observer,
): (tenantId: string, taskId: string) => Promise<void> {
  const run = (tenantId: string, taskId: string): RunRpc => runStub(env.RUNS, tenantId, taskId);
  const queues = { high: env.TASKS_HIGH, normal: env.TASKS, low: env.TASKS_LOW };
  return (tenantId, taskId) =>
    releaseTurn(
      {
        tasks: new TaskStore(env.DB),
        conversations: new ConversationStore(env.DB),
        observer,
        run,
        dispatch: (task) => dispatchTask(task, { queues, observer, run, background }),
        now: () => Date.now(),
      },
      tenantId,
      taskId,
    );
}
