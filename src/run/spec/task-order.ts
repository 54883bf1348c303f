/**
 * The port through which an object of the service submits a task: a run that starts a child, or a
 * timetable that fires. The task is resolved, checked and stored exactly as one of a client.
 */
import type { JsonValue } from "../value/json.ts";
import type { TraceContext } from "../value/trace-context.ts";
import type { Untrusted } from "../value/trust.ts";
import type { ParentLink } from "./child.ts";
import type { Policy } from "./policy.ts";

/** A task to submit. */
export interface TaskOrder {
  readonly tenant_id: string;
  /** Chosen by the caller before it submits: submitting the order again changes nothing. */
  readonly task_id: string;
  /** The body of `POST /api/v1/tasks`. An `idempotency_key` in it has no effect. */
  readonly body: JsonValue;
  /** The schedule that submits the task. */
  readonly schedule_id?: string;
  /** The version of the agent. Absent: the newest. */
  readonly agent_version?: number;
  /** The task that starts this one. */
  readonly parent?: ParentLink;
  /** The call that starts the task, as the parent of the task's trace. */
  readonly trace?: TraceContext;
  /** What the parent has read. */
  readonly untrusted?: Untrusted;
  /** The policy of the parent, whose denials and approvals hold for this task too. */
  readonly policy?: Policy;
}

/** The outcome of an order. */
export type TaskOrderAnswer =
  /** `created`: false if it was submitted before. */
  | { readonly ok: true; readonly created: boolean }
  /** The task is refused for good, with the code and the sentence of the API's problem. */
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * Submits a task and dispatches it. A lost message is the reconciler's, as for every task.
 * @throws what D1 throws: the caller submits the order again
 */
export type SubmitOrder = (order: TaskOrder) => Promise<TaskOrderAnswer>;
