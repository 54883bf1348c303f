/**
 * Use cases that send a command to a run, for every transport. The run owns its state and accepts
 * or rejects the command.
 */
import type { z } from "@hono/zod-openapi";
import { defined } from "../../run/value/defined.ts";
import type { CommandRefusal, RunCommand } from "../../run/decide/command.ts";
import { isTerminal } from "../../run/decide/view.ts";
import type { Caller } from "../../store/keys.ts";
import { specOf, type TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";
import { Problem, type ProblemCode } from "../http/problem.ts";
import type { approvalBody, limitsBody, messageBody } from "./schemas.ts";
import { currentTask, taskOf } from "./view.ts";

/** A command without its sender. */
export type Said<T = RunCommand> = T extends RunCommand ? Omit<T, "by"> : never;

/** Returns the command of a message's body. */
export function messageOf(body: z.output<typeof messageBody>): Said {
  const { content = "", data = null, action = "accept", call_id, key } = body;
  return { kind: "message", content, data, action, ...defined({ call_id, key }) };
}

/** Returns the command of a decision's body. */
export function decisionOf(call_id: string, body: z.output<typeof approvalBody>): Said {
  const { decision, comment = null } = body;
  const replaced = "arguments" in body ? { arguments: body.arguments ?? null } : {};
  return { kind: "decide", call_id, decision, ...replaced, comment };
}

/** Returns the command of changed limits. */
export function limitsOf(changes: z.output<typeof limitsBody>): Said {
  return { kind: "limits", changes: defined(changes) };
}

/** Cancels a task and returns it. Has no effect on a finished task. @throws Problem */
export async function cancelTask(
  deps: ApiDeps,
  caller: Caller,
  id: string,
  reason: string | null,
): Promise<TaskRow> {
  const row = await taskOf(deps, caller, id);
  if (!isTerminal(row.status)) {
    await deps
      .run(row.tenant_id, row.task_id)
      .cancel(JSON.stringify(specOf(row)), { reason, by: caller.keyId });
  }
  return currentTask(deps, row);
}

/**
 * Sends a command to a run and returns the task. Starts the run if the task is still pending.
 * @throws Problem if the task has finished or the run rejects the command
 */
export async function commandTask(
  deps: ApiDeps,
  caller: Caller,
  id: string,
  said: Said,
): Promise<TaskRow> {
  const row = await taskOf(deps, caller, id);
  if (isTerminal(row.status)) {
    throw new Problem("task_over", `The task has finished: ${row.status}.`);
  }
  if (row.waiting_for === "turn") {
    throw new Problem("not_started", "The task waits for the turn before it.");
  }
  const run = deps.run(row.tenant_id, row.task_id);
  if (row.status === "pending") {
    await run.start(JSON.stringify(specOf(row)));
  }
  const answer = await run.command(JSON.stringify({ ...said, by: caller.keyId }));
  if (!answer.ok) {
    throw new Problem(PROBLEM_OF[answer.code], answer.message);
  }
  return currentTask(deps, row);
}

/** Checks that a task is another one or below it. @throws Problem `not_found` */
export async function checkBelow(
  deps: ApiDeps,
  caller: Caller,
  id: string,
  taskId: string,
): Promise<void> {
  if (taskId !== id) {
    const { lineage } = await taskOf(deps, caller, taskId);
    if (lineage?.path?.includes(id) !== true) {
      throw new Problem("not_found", `The task "${taskId}" is not below "${id}".`);
    }
  }
}

const PROBLEM_OF: Readonly<Record<CommandRefusal["code"], ProblemCode>> = {
  not_started: "not_started",
  task_over: "task_over",
  no_such_call: "not_found",
  approval_decided: "approval_decided",
  inbox_full: "inbox_full",
  invalid_arguments: "invalid_arguments",
  question_answered: "question_answered",
  unpriced_model: "unpriced_model",
};
