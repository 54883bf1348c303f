/** Use case: submits a task on behalf of an object of the service; see `run/spec/task-order.ts`. */
import { sha256Hex } from "../../crypto/sha256.ts";
import { tracedIds } from "../../run/trace/identity.ts";
import { inheritedPolicy } from "../../run/spec/policy.ts";
import type { AgentConfig } from "../../run/spec/spec.ts";
import type { TaskOrder, TaskOrderAnswer } from "../../run/spec/task-order.ts";
import { insertOnce } from "../../store/tasks/trees.ts";
import { treeColumns, type NewTask } from "../../store/tasks/rows.ts";
import { agentForTask, type AgentForTask } from "../agents/resolve.ts";
import { versionedAgent } from "../agents/references.ts";
import type { ApiDeps } from "../context.ts";
import { fieldProblem, Problem } from "../http/problem.ts";
import { validationProblem } from "../http/validation.ts";
import { submitBody, type SubmitBody } from "./schemas.ts";
import { DEFAULT_AGENT } from "./accept.ts";
import { taskFor } from "./submit.ts";

/**
 * Submits an order. Submitting it again changes nothing, and dispatches the task again.
 * @throws what D1 throws
 */
export async function submitOrder(deps: ApiDeps, order: TaskOrder): Promise<TaskOrderAnswer> {
  let task: NewTask;
  try {
    task = await orderedTask(deps, order);
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
    // What it refers to may be gone since it was accepted.
    const earlier = await deps.tasks.get(order.tenant_id, order.task_id);
    return earlier === null
      ? { ok: false, code: error.code, message: error.detail }
      : { ok: true, created: false };
  }
  const { stored, created } = await insertOnce(deps.tasks, task);
  try {
    await deps.dispatch(stored);
  } catch (error) {
    deps.observer.fault("queue.send", error, tracedIds(stored, sha256Hex));
  }
  return { ok: true, created };
}

/** Returns the task that an order submits. @throws Problem if the order is rejected */
export async function orderedTask(deps: ApiDeps, order: TaskOrder): Promise<NewTask> {
  const parsed = submitBody.safeParse(order.body);
  if (!parsed.success) {
    throw validationProblem(parsed.error, "body");
  }
  const body = parsed.data;
  for (const field of ["conversation", "continues"] as const) {
    if (body[field] !== undefined) {
      throw fieldProblem(
        "validation_failed",
        `/${field}`,
        "is for tasks of clients and hooks only",
      );
    }
  }
  if (body.input_data.attachments !== undefined) {
    const detail = "is for tasks of clients and hooks only";
    throw fieldProblem("validation_failed", "/input_data/attachments", detail);
  }
  const { tenant_id, task_id, policy, parent, untrusted } = order;
  const found = await agentIn(deps, order, body);
  const inherit = (config: AgentConfig): AgentConfig =>
    policy === undefined ? config : { ...config, policy: inheritedPolicy(config.policy, policy) };
  const task = await taskFor(deps, { tenantId: tenant_id }, body, found, inherit);
  return {
    ...task,
    task_id,
    trace: order.trace ?? null,
    schedule_id: order.schedule_id ?? null,
    ...treeColumns(parent ?? null, untrusted ?? null),
  };
}

async function agentIn(
  deps: ApiDeps,
  { tenant_id, agent_version }: TaskOrder,
  { agent: name = DEFAULT_AGENT }: SubmitBody,
): Promise<Pick<AgentForTask, "agent" | "tools">> {
  const found = await agentForTask(deps, tenant_id, name);
  const agent =
    agent_version === undefined || found?.agent.version === agent_version
      ? (found?.agent ?? null)
      : await versionedAgent(deps, tenant_id, name, agent_version);
  if (agent === null) {
    const which = agent_version === undefined ? "" : `, version ${agent_version}`;
    throw fieldProblem("unknown_agent", "/agent", `Unknown agent "${name}"${which}.`);
  }
  return { agent, tools: found?.tools ?? (await deps.tools.list(tenant_id)) };
}
