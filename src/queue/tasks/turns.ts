/**
 * Turns of conversations that wait for the turn before them. The end of that turn starts them, the
 * submission of a turn looks whether it has come too late for that, and the reconciler finds what
 * both have missed. All of them may come at once: one of them ends the wait.
 */
import type { RunPast, RunRpc } from "../../durable/run/rpc.ts";
import type { Observer } from "../../observe.ts";
import { idsOfTask } from "../observed.ts";
import { isTerminal } from "../../run/decide/view.ts";
import { isoTime } from "../../run/value/time.ts";
import type { ConversationStore } from "../../store/conversations.ts";
import { GIVEN_UP, type StoredTask, type TaskRow } from "../../store/tasks/rows.ts";
import type { TaskStore } from "../../store/tasks/tasks.ts";

export interface TurnDeps {
  readonly tasks: Pick<TaskStore, "get">;
  readonly conversations: Pick<ConversationStore, "before" | "release">;
  readonly observer: Observer;
  run(tenantId: string, taskId: string): Pick<RunRpc, "past">;
  dispatch(task: StoredTask): Promise<void>;
  now(): number;
}

/**
 * Returns what a task knows that continues another one, or that this one has not ended. A turn that
 * never began, or whose log was lost, is passed over for the one before it.
 * @throws what the object throws
 */
export async function pastOf(
  deps: Pick<TurnDeps, "tasks" | "conversations" | "run">,
  task: TaskRow,
): Promise<RunPast> {
  for (let at: TaskRow | null = task; at !== null; at = await turnBefore(deps, at)) {
    const isOver = isTerminal(at.status);
    if (at.error !== null && GIVEN_UP.includes(at.error.code)) {
      continue;
    }
    const text = await deps.run(at.tenant_id, at.task_id).past();
    const past = JSON.parse(text) as RunPast;
    // A turn that was cancelled while it waited knows nothing of the turns before it.
    const isSkipped = !past.began && at.continues_task_id !== null && at.history === null;
    if (past.history === null ? !isOver : !isSkipped) {
      return past;
    }
  }
  return NO_PAST;
}

const NO_PAST: RunPast = { open: false, began: false, history: null };

async function turnBefore(
  { tasks, conversations }: Pick<TurnDeps, "tasks" | "conversations">,
  { tenant_id, conversation_id, turn, continues_task_id }: TaskRow,
): Promise<TaskRow | null> {
  const earlier = continues_task_id === null ? null : await tasks.get(tenant_id, continues_task_id);
  return earlier !== null || conversation_id === null || turn === null
    ? earlier
    : conversations.before(tenant_id, conversation_id, turn);
}

/**
 * Starts a turn if the turn before it has ended. Harmless if it does not wait.
 * @throws what D1 or an object throws; the turn then waits on
 */
export async function releaseTurn(deps: TurnDeps, tenantId: string, taskId: string): Promise<void> {
  const turn = await deps.tasks.get(tenantId, taskId);
  if (turn === null || turn.waiting_for !== "turn") {
    return;
  }
  const earlier = await turnBefore(deps, turn);
  const past = earlier === null ? NO_PAST : await pastOf(deps, earlier);
  if (past.open) {
    return;
  }
  const released = await deps.conversations.release(turn, past.history, isoTime(deps.now()));
  if (released !== null) {
    try {
      await deps.dispatch(released);
    } catch (error) {
      // The reconciler sends the message.
      deps.observer.fault("queue.send", error, idsOfTask(released));
    }
  }
}
