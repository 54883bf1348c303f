/** Tasks as clients see them: the row in D1, updated with the current state of the run. */
import { isTaskId } from "../../run/value/id.ts";
import { isTerminal, type RunView } from "../../run/decide/view.ts";
import type { Caller } from "../../store/keys.ts";
import type { ListedTask, Snapshot, TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import type { TaskJson } from "./schemas.ts";

/** Returns the row of a task in the caller's tenant. @throws Problem `not_found` */
export async function taskOf(deps: ApiDeps, caller: Caller, taskId: string): Promise<TaskRow> {
  const row = isTaskId(taskId) ? await deps.tasks.get(caller.tenantId, taskId) : null;
  if (row === null) {
    throw new Problem("not_found", `Unknown task "${taskId}".`);
  }
  return row;
}

/** Returns the current task. Asks the run unless the row is final: D1 may lag by a second. */
export async function currentTask(deps: ApiDeps, row: TaskRow): Promise<TaskRow> {
  if (isTerminal(row.status) && !(row.status === "completed" && row.result === null)) {
    return row;
  }
  return withView(row, JSON.parse(await deps.run(row.tenant_id, row.task_id).view()) as RunView);
}

/** Returns the task once it ends or waits, or its state after `waitMs`. */
export async function settledTask(deps: ApiDeps, row: TaskRow, waitMs: number): Promise<TaskRow> {
  if (isTerminal(row.status) || waitMs <= 0) {
    return currentTask(deps, row);
  }
  const view = await deps.run(row.tenant_id, row.task_id).settled(waitMs);
  return withView(row, JSON.parse(view) as RunView);
}

/** Returns a new task once it has settled. Returns it unchanged if the wait fails. */
export async function acceptedTask(deps: ApiDeps, task: TaskRow, waitMs: number): Promise<TaskRow> {
  if (waitMs === 0) {
    return task;
  }
  try {
    return await settledTask(deps, task, waitMs);
  } catch (error) {
    deps.observer.fault("submit.wait", error);
    return task;
  }
}

/** Returns the JSON of a task, without its tenant and snapshot, which are internal. */
export function taskJson(row: ListedTask & Partial<Pick<TaskRow, Snapshot>>): TaskJson {
  const {
    tenant_id: _tenant,
    tools: _tools,
    mcp_servers: _servers,
    webhooks: _webhooks,
    slotted: _slotted,
    overrides: _overrides,
    lineage: _lineage,
    agents: _agents,
    trace: _trace,
    history: _history,
    depth,
    config,
    ...fields
  } = row;
  return {
    id: row.task_id,
    ...fields,
    error_message: row.error?.message ?? null,
    model: config.model,
    planner: config.planner,
    root_task_id: row.root_task_id ?? row.task_id,
    depth: depth ?? 0,
    forked_from: null,
    workflow_id: null,
  };
}

function withView(
  row: TaskRow,
  { ledger: _ledger, incidents: _incidents, ...view }: RunView,
): TaskRow {
  if (view.last_seq === 0 && row.waiting_for === "turn") {
    return row;
  }
  return {
    ...row,
    ...view,
    limits: view.limits ?? row.limits,
    updated_at: view.updated_at ?? row.updated_at,
  };
}
