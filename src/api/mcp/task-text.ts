/** Describes tasks as text, for models that read the text of a result and not its data. */
import { isJsonObject } from "../../run/value/json.ts";
import { isTerminal } from "../../run/decide/view.ts";
import type { TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";
import type { TaskJson } from "../tasks/schemas.ts";
import { logPage, type LoggedEvent } from "./log-page.ts";
import { cut } from "../../run/value/cut.ts";

/** Number of last events of a waiting run to search for its open questions. */
const RECENT = 100;
const MAX_ARGUMENTS_CHARS = 1000;

/**
 * Describes the state of a task and the possible next calls.
 * @param withEvents true if the caller may see the run's questions
 */
export async function taskText(deps: ApiDeps, row: TaskRow, withEvents: boolean): Promise<string> {
  const { task_id, status, waiting_for } = row;
  if (isTerminal(status)) {
    return `${task_id} is ${status}${endOf(row)}`;
  }
  if (waiting_for === null) {
    return `${task_id} is ${status}. Wait for it with wait_for_task.`;
  }
  const questions = withEvents && (waiting_for === "approval" || waiting_for === "input");
  const lines = questions ? await questionsOf(deps, row) : [];
  return [`${task_id} waits for ${waiting_for}.`, ...lines].join("\n");
}

/** Returns the line of a task in a list. */
export function taskLine({ task_id, status, waiting_for, name }: TaskJson): string {
  const what = waiting_for === null ? status : `waiting for ${waiting_for}`;
  return `${task_id} ${what}${name === null ? "" : ` (${name})`}`;
}

/** Returns the answer of a completed task, or null without one. */
export function answerOf({ result }: TaskRow): string | null {
  const answer = isJsonObject(result) ? result["answer"] : null;
  return typeof answer === "string" ? answer : null;
}

function endOf(row: TaskRow): string {
  const answer = answerOf(row);
  if (answer !== null) {
    return `:\n${answer}`;
  }
  return row.error === null ? "." : `: ${row.error.message} (${row.error.code})`;
}

/** Returns one line per open question of a run, with the tool that answers it. */
async function questionsOf(deps: ApiDeps, row: TaskRow): Promise<string[]> {
  const { events } = await logPage(deps, row, Math.max(0, row.last_seq - RECENT), RECENT);
  const of = (...types: string[]) => events.filter(({ type }) => types.includes(type));
  const decided = new Set(
    of("approval.decided", "approval.expired").map(({ data }) => data["call_id"]),
  );
  const approvals = of("approval.requested")
    .filter(({ data }) => !decided.has(data["call_id"]))
    .map((event) => `Decide ${callOf(event)} with decide_approval.`);
  const answered = new Set(
    of("tool.completed", "tool.failed", "message.received").map(({ data }) => data["call_id"]),
  );
  const questions = of("tool.requested")
    .filter(({ data }) => data["wait"] === "input" && !answered.has(data["call_id"]))
    .map((event) => `Answer ${callOf(event)} with send_message.`);
  return [...approvals, ...questions];
}

function callOf({ data }: LoggedEvent): string {
  const args = JSON.stringify(data["arguments"] ?? null);
  const shown = cut(args, MAX_ARGUMENTS_CHARS);
  return `${String(data["call_id"])}: ${String(data["name"])} ${shown}`;
}
