/** Use cases that change or delete a task itself, not its run, for every transport. */
import type { JsonObject } from "../../run/value/json.ts";
import { isoTime } from "../../run/value/time.ts";
import { newActor } from "../../store/audit.ts";
import type { Caller } from "../../store/keys.ts";
import { GIVEN_UP, type TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";
import { fieldProblem, Problem } from "../http/problem.ts";
import { MAX_METADATA_CHARS } from "./submit.ts";
import { currentTask, taskOf } from "./view.ts";

/** Changes of a task's labels. Omitted fields stay. */
export interface LabelChanges {
  readonly name?: string | null | undefined;
  /** Merged by key; null removes a key. */
  readonly metadata?: JsonObject | undefined;
}

/** Attempts to change labels that others change at the same time. */
const ATTEMPTS = 5;

/** Changes the name and metadata of a task and returns it. @throws Problem */
export async function relabelTask(
  deps: ApiDeps,
  caller: Caller,
  id: string,
  changes: LabelChanges,
): Promise<TaskRow> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const row = await taskOf(deps, caller, id);
    const metadata = merged(row.metadata, changes.metadata ?? {});
    if (JSON.stringify(metadata).length > MAX_METADATA_CHARS) {
      const detail = `would be larger than ${MAX_METADATA_CHARS} characters of JSON`;
      throw fieldProblem("validation_failed", "/metadata", detail);
    }
    const after = { name: changes.name === undefined ? row.name : changes.name, metadata };
    if (await deps.taskChanges.relabel(row, row, after, isoTime(deps.now()))) {
      return currentTask(deps, { ...row, ...after });
    }
  }
  throw new Problem("unavailable", "Other requests are changing the task; try again shortly.", {
    headers: { "Retry-After": "1" },
  });
}

/**
 * Deletes a finished task: its log, outputs, deliveries and idempotency keys. Its usage stays in
 * the reports. @throws Problem `not_found`, `not_finished`
 */
export async function deleteTask(deps: ApiDeps, caller: Caller, id: string): Promise<void> {
  const row = await taskOf(deps, caller, id);
  const run = deps.run(row.tenant_id, row.task_id);
  const givenUp = row.error !== null && GIVEN_UP.includes(row.error.code);
  if (row.status === "pending" || !(await run.remove(givenUp))) {
    throw new Problem("not_finished", `The task is ${row.status}; cancel it first.`);
  }
  await sendDeletion(deps, row);
  await deps.taskChanges.delete(row, newActor(deps.now(), caller.keyId));
}

/**
 * Sends a deletion to the tenant's feed, if that is on. Comes before the row is deleted: without the
 * row, a repeated request could not send it again.
 */
async function sendDeletion(
  deps: ApiDeps,
  { tenant_id, task_id }: Pick<TaskRow, "tenant_id" | "task_id">,
): Promise<void> {
  const row = (await deps.feeds.isOn(tenant_id)) ? await deps.tasks.get(tenant_id, task_id) : null;
  if (row !== null) {
    await deps.feed(tenant_id).changed({
      task_id,
      // The number after the last event is that of a failure in D1 alone.
      seq: row.last_seq + 2,
      status: row.status,
      waiting_for: null,
      agent: row.agent,
      deleted: true,
      at: isoTime(deps.now()),
    });
  }
}

function merged(before: JsonObject, changes: JsonObject): JsonObject {
  const kept = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}
