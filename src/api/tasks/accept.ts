/** Stores and dispatches tasks: once for each idempotency key, and at one place of a conversation. */
import { tracedIds } from "../../run/trace/identity.ts";
import { sha256Hex } from "../../crypto/sha256.ts";
import { canonicalJson, type JsonValue } from "../../run/value/json.ts";
import { isoTime } from "../../run/value/time.ts";
import type { Caller } from "../../store/keys.ts";
import { asAccepted, type NewTask, type TaskRow } from "../../store/tasks/rows.ts";
import type { EarlierTask, IdempotencyClaim } from "../../store/tasks/insert.ts";
import type { TurnPlace } from "../../store/tasks/turn-place.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { commandTask } from "./commands.ts";
import type { SubmitBody } from "./schemas.ts";
import type { SubmitHeader } from "./submit-header.ts";
import { busy, type TurnMessage } from "./turn.ts";

/** The agent of a task that names none. */
export const DEFAULT_AGENT = "default";

/** An accepted task. */
export interface Submitted {
  readonly task: TaskRow;
  /** True if the idempotency key was used before; `task` is then the earlier request's task. */
  readonly replayed: boolean;
  /** True if no task was made: `task` is the running turn, which received the goal as a message. */
  readonly told?: boolean;
}

/** A task to insert. */
export interface MadeTask {
  readonly task: NewTask;
  /** The mark of the agent and tools that it was made from, if they were not read for it. */
  readonly mark: string | null;
  readonly place: TurnPlace | null;
}

/** Attempts to insert a turn while others are inserted. */
const ATTEMPTS = 5;

/**
 * Stores and dispatches a task, or returns the earlier task of its idempotency key.
 * @param make makes the task; `attempt` counts from 1, and the next one follows if what the task was
 * made from turned out to be out of date
 */
export async function accepted(
  deps: ApiDeps,
  caller: Caller,
  claim: IdempotencyClaim | null,
  make: (attempt: number) => Promise<MadeTask | TurnMessage>,
  attempt = 1,
): Promise<Submitted> {
  let made: MadeTask | TurnMessage;
  try {
    made = await make(attempt);
  } catch (error) {
    // A model or tool may have been removed since the first request: return its task nevertheless.
    const earlier = claim === null ? null : await deps.tasks.claimed(caller.tenantId, claim);
    if (earlier === null) {
      throw error;
    }
    return { task: await replay(deps, caller, earlier, claim?.fingerprint), replayed: true };
  }
  if ("told" in made) {
    return tell(deps, caller, claim, made, () => accepted(deps, caller, claim, make, attempt + 1));
  }
  const { task, mark, place } = made;
  const inserted = await deps.tasks.insert(task, claim, mark, place);
  if (inserted.outdated === true) {
    if (place !== null && attempt >= ATTEMPTS) {
      throw busy(task.continues_task_id ?? place.conversationId);
    }
    return accepted(deps, caller, claim, make, attempt + 1);
  }
  if (inserted.earlier !== undefined) {
    const { earlier } = inserted;
    return { task: await replay(deps, caller, earlier, claim?.fingerprint), replayed: true };
  }
  const { stored } = inserted;
  try {
    await (stored.waiting_for === "turn"
      ? // The turn before it may have ended before this one was there to be started.
        deps.releaseTurn(stored.tenant_id, stored.task_id)
      : deps.dispatch(stored));
  } catch (error) {
    deps.observer.fault("queue.send", error, tracedIds(stored, sha256Hex));
  }
  return { task: asAccepted(stored), replayed: false };
}

/**
 * Sends a goal to a running turn. The key is claimed afterwards: a process that dies in between
 * makes the turn read the message twice, never not at all.
 * @param over called if the turn has ended
 */
async function tell(
  deps: ApiDeps,
  caller: Caller,
  claim: IdempotencyClaim | null,
  { told, content }: TurnMessage,
  over: () => Promise<Submitted>,
): Promise<Submitted> {
  const earlier = claim === null ? null : await deps.tasks.claimed(caller.tenantId, claim);
  if (earlier !== null) {
    return { task: await replay(deps, caller, earlier, claim?.fingerprint), replayed: true };
  }
  let task: TaskRow;
  try {
    const said = { kind: "message", content, data: null, action: "accept" } as const;
    task = await commandTask(deps, caller, told.task_id, said);
  } catch (error) {
    if (error instanceof Problem && error.code === "task_over") {
      return over();
    }
    throw error;
  }
  if (claim !== null) {
    await deps.tasks.claim(told, claim, isoTime(deps.now()));
  }
  return { task, replayed: false, told: true };
}

/** Returns the idempotency key of a submission; null without one. */
export function claimOf(body: SubmitBody, header: SubmitHeader): IdempotencyClaim | null {
  const { route = "POST /api/v1/tasks" } = header;
  const key = header.key ?? body.idempotency_key ?? body.request_id ?? null;
  if (key === null) {
    return null;
  }
  const { idempotency_key: _key, request_id: _alias, ...request } = body;
  // As a version that filled in the agent wrote it.
  const whole = { ...request, agent: body.agent ?? DEFAULT_AGENT };
  const text = canonicalJson(whole as unknown as JsonValue);
  return { route, key, fingerprint: sha256Hex(text) };
}

/** Returns the earlier task of an idempotency key. @throws Problem for a different request */
async function replay(
  deps: ApiDeps,
  caller: Caller,
  earlier: EarlierTask,
  fingerprint: string | undefined,
): Promise<TaskRow> {
  if (earlier.fingerprint !== fingerprint) {
    throw new Problem(
      "idempotency_key_reused",
      "This idempotency key was used for a request with a different body.",
    );
  }
  const row = await deps.tasks.get(caller.tenantId, earlier.taskId);
  if (row === null) {
    throw new Problem("not_found", "The task of this idempotency key no longer exists.");
  }
  return asAccepted(row);
}
