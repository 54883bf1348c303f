/**
 * The use cases of saying something to a run, for every front that has them: the run alone knows
 * what it is at, and answers.
 */
import type { CommandRefusal, RunCommand } from "../../run/decide/command.ts";
import { isTerminal } from "../../run/decide/view.ts";
import type { Caller } from "../../store/keys.ts";
import { specOf, type TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";
import { Problem, type ProblemCode } from "../http/problem.ts";
import { currentTask, taskOf } from "./view.ts";

/** A command without who gives it. */
export type Said<T = RunCommand> = T extends RunCommand ? Omit<T, "by"> : never;

/** Ends a task; one that is over stays as it is. Gives it as it is then. @throws Problem */
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
 * Gives a command to a run, which is begun if its message is still under way. Gives the task as it
 * is then. @throws Problem
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
