/**
 * The tools of `/mcp`. Each calls a use case of the REST API and uses the same schema.
 * `docs/how-to/mcp.md` lists them for clients.
 */
import { z } from "@hono/zod-openapi";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { isTerminal } from "../../run/decide/view.ts";
import { MAX_AGENTS } from "../../store/agents.ts";
import type { Caller } from "../../store/keys.ts";
import type { TaskRow } from "../../store/tasks/rows.ts";
import { agentOf, offeredAgents, summaryOf, type AgentSummary } from "../agents/resolve.ts";
import { deleteTask } from "../tasks/changes.ts";
import { cancelTask, commandTask, decisionOf, limitsOf, messageOf } from "../tasks/commands.ts";
import type { ApiDeps } from "../context.ts";
import * as schemas from "../tasks/schemas.ts";
import { retryTask, submitTask } from "../tasks/submit.ts";
import { listTasks } from "../tasks/list.ts";
import { currentTask, taskJson, taskOf } from "../tasks/view.ts";
import { TASK_STATUSES } from "../schemas.ts";
import { agentInToolName, agentToolName, isShortened } from "./agent-tool.ts";
import { answerOf, taskLine, taskText } from "./task-text.ts";
import { CONVERSATION_TOOLS } from "./conversation-tools.ts";
import { MEMORY_TOOLS } from "./memory-tools.ts";
import { SCHEDULE_TOOLS } from "./schedule-tools.ts";
import { result, tool, type TaskTool, type ToolCall } from "./tool.ts";
import { waitedFor } from "./wait.ts";
import { defined } from "../../run/value/defined.ts";

/** Default wait in seconds, below the usual client timeout of one minute. */
const PATIENCE_S = 50;

/** Maximum number of agents listed as tools: every client's model reads all of them. */
const OFFERED_AGENTS = 50;

const taskId = z.string().describe("Id of a task: task_…");

const waitS = (max: number, normally: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(max)
    .default(normally)
    .describe("Seconds to wait until the task finishes or waits for a person.");

const submitArguments = schemas.submitBody.safeExtend({ wait_s: waitS(60, 0) });

const waitArguments = z.strictObject({
  task_id: taskId,
  timeout_s: z.number().int().min(1).max(300).default(PATIENCE_S),
  after: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("Report progress only for events after this seq: the last one that you have seen."),
});

const status = z.enum(TASK_STATUSES);
const { limit: _text, status: _texts, ...listFilters } = schemas.listQuery.shape;
const listArguments = z.strictObject({
  ...listFilters,
  // As a schema that models read: the parameter of a URL is a text with commas.
  status: z
    .union([status, z.array(status).min(1)])
    .optional()
    .describe("Only tasks with this status, or with one of these."),
  limit: z.number().int().min(1).max(100).optional(),
  metadata: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe("Only tasks with all of these metadata values."),
});

const { goal, context } = schemas.inputFields;
const agentArguments = z.strictObject({
  goal: goal.unwrap().describe("What the agent should do."),
  context,
  wait_s: waitS(60, PATIENCE_S),
});

const COMMON: readonly TaskTool[] = [
  tool({
    name: "submit_task",
    title: "Submit a task",
    description:
      "Submits a task for an agent; `input_data.goal` says what to do. Once this returns, the task either finishes or pauses for a stated reason. The same `request_id` and arguments return the same task. With `wait_s`, waits for its end.",
    scope: "tasks:write",
    annotations: { destructiveHint: false, openWorldHint: true },
    schema: submitArguments,
    run: async ({ wait_s, ...body }, call) => {
      const { task } = await submitTask(call.deps, call.caller, body, {
        key: null,
        trace: call.trace,
      });
      return taskResult(call, await afterSubmitting(call, task, wait_s));
    },
  }),
  tool({
    name: "get_task",
    title: "Get a task",
    description: "Returns the current state of a task: status, result, what it waits for, usage.",
    scope: "tasks:read",
    annotations: { readOnlyHint: true },
    schema: z.strictObject({ task_id: taskId }),
    run: async ({ task_id }, call) => {
      const row = await taskOf(call.deps, call.caller, task_id);
      return taskResult(call, await currentTask(call.deps, row));
    },
  }),
  tool({
    name: "wait_for_task",
    title: "Wait for a task",
    description:
      "Waits until a task finishes, needs an approval, an answer or a budget, or until the time is up. Returns the task. Reports its events as progress.",
    scope: "tasks:read",
    annotations: { readOnlyHint: true },
    schema: waitArguments,
    run: async ({ task_id, timeout_s, after }, call) => {
      const row = await taskOf(call.deps, call.caller, task_id);
      return taskResult(call, await waitedFor(call.deps, row, waiting(call, timeout_s, after)));
    },
  }),
  tool({
    name: "list_tasks",
    title: "List tasks",
    description: "Lists tasks, newest first; pass `next_cursor` for the next page.",
    scope: "tasks:read",
    annotations: { readOnlyHint: true },
    schema: listArguments,
    run: async ({ metadata = {}, ...query }, { deps, caller }) => {
      const wanted = Object.entries(metadata);
      const page = await listTasks(deps, caller, {
        ...query,
        metadata: wanted.map(([key, value]) => ({ key, value: String(value) })),
      });
      const count = page.total ?? page.data.length;
      const more = page.total === null && page.next_cursor !== null ? " on this page" : "";
      const lines = [`${count} tasks${more}.`, ...page.data.map(taskLine)];
      return result(lines.join("\n"), { ...page });
    },
  }),
  tool({
    name: "cancel_task",
    title: "Cancel a task",
    description: "Cancels a task and aborts its call in flight. Has no effect on a finished task.",
    scope: "tasks:write",
    annotations: { destructiveHint: true, idempotentHint: true },
    schema: schemas.cancelBody.safeExtend({ task_id: taskId }),
    run: async ({ task_id, reason = null }, call) =>
      taskResult(call, await cancelTask(call.deps, call.caller, task_id, reason)),
  }),
  tool({
    name: "send_message",
    title: "Say something to a task",
    description:
      "If the task waits for `input`, answers its question. Otherwise the model sees the message with its next call.",
    scope: "tasks:write",
    annotations: { destructiveHint: false },
    schema: schemas.messageBody.safeExtend({ task_id: taskId }),
    run: async ({ task_id, ...body }, call) =>
      taskResult(call, await commandTask(call.deps, call.caller, task_id, messageOf(body))),
  }),
  tool({
    name: "decide_approval",
    title: "Approve or deny a call of a task",
    description: "Approves or denies a pending tool call, once. `arguments` replace the model's.",
    scope: "tasks:write",
    annotations: { destructiveHint: true },
    schema: schemas.approvalBody.safeExtend({
      task_id: taskId,
      call_id: z.string().describe("Id of the pending call: call_…"),
    }),
    run: async ({ task_id, call_id, ...body }, call) => {
      const said = decisionOf(call_id, body);
      return taskResult(call, await commandTask(call.deps, call.caller, task_id, said));
    },
  }),
  tool({
    name: "retry_task",
    title: "Retry a task",
    description:
      "Submits a new task with the input of a finished one, and returns the new task. The same `idempotency_key` returns the same task. With `wait_s`, waits for its end.",
    scope: "tasks:write",
    annotations: { destructiveHint: false, openWorldHint: true },
    schema: schemas.retryBody.safeExtend({
      task_id: taskId,
      idempotency_key: z.string().min(1).max(255).optional(),
      wait_s: waitS(60, 0),
    }),
    run: async ({ task_id, config, idempotency_key: key = null, wait_s }, call) => {
      const { deps, caller } = call;
      const origin = await currentTask(deps, await taskOf(deps, caller, task_id));
      const { task } = await retryTask(deps, caller, origin, config, key);
      return taskResult(call, await afterSubmitting(call, task, wait_s));
    },
  }),
  tool({
    name: "change_limits",
    title: "Change the limits of a task",
    description:
      "Changes the limits of an unfinished task. If it waits for `budget`, it resumes once the reached limit is raised. null removes a limit.",
    scope: "tasks:write",
    annotations: { destructiveHint: false, idempotentHint: true },
    schema: z.strictObject({ task_id: taskId, limits: schemas.limitsBody }),
    run: async ({ task_id, limits }, call) =>
      taskResult(call, await commandTask(call.deps, call.caller, task_id, limitsOf(limits))),
  }),
  tool({
    name: "delete_task",
    title: "Delete a task",
    description: "Deletes a finished task with its log and outputs.",
    scope: "tasks:write",
    annotations: { destructiveHint: true, idempotentHint: true },
    schema: z.strictObject({ task_id: taskId }),
    run: async ({ task_id }, { deps, caller }) => {
      await deleteTask(deps, caller, task_id);
      return result(`The task ${task_id} is deleted.`, { id: task_id, deleted: true });
    },
  }),
  ...SCHEDULE_TOOLS,
  ...CONVERSATION_TOOLS,
  ...MEMORY_TOOLS,
];

/** Returns the tools in a stable order: task tools, then one tool for each of the first agents. */
export async function tools(deps: ApiDeps, { tenantId }: Caller): Promise<readonly TaskTool[]> {
  const agents = await offeredAgents(deps, tenantId, OFFERED_AGENTS);
  return [...COMMON, ...agents.map(agentTool)];
}

/** Returns a tool by name, also of an agent beyond the listed ones, or null. */
export async function toolNamed(
  deps: ApiDeps,
  { tenantId }: Caller,
  name: string,
): Promise<TaskTool | null> {
  const named = agentInToolName(name);
  if (named === null) {
    return COMMON.find(({ definition }) => definition.name === name) ?? null;
  }
  if (isShortened(named)) {
    const all = await offeredAgents(deps, tenantId, MAX_AGENTS + 1);
    const agent = all.find((one) => agentToolName(one.name) === name);
    return agent === undefined ? null : agentTool(agent);
  }
  const agent = await agentOf(deps, tenantId, named);
  return agent === null ? null : agentTool(summaryOf(agent));
}

/** Returns the tool that runs tasks for an agent. */
function agentTool({ name, description }: AgentSummary): TaskTool {
  return tool({
    name: agentToolName(name),
    title: `Agent ${name}`,
    description: `${description} Runs a task for this agent, waits for it, and returns its answer; if that takes longer, names the task to wait for.`,
    scope: "tasks:write",
    annotations: { destructiveHint: false, openWorldHint: true },
    schema: agentArguments,
    run: async ({ goal: wanted, context: more, wait_s }, call) => {
      const input_data = defined({ goal: wanted, context: more });
      const body = schemas.submitBody.parse({ agent: name, input_data });
      const { task } = await submitTask(call.deps, call.caller, body, {
        key: null,
        trace: call.trace,
      });
      const row = await afterSubmitting(call, task, wait_s);
      const answer = answerOf(row);
      return answer === null
        ? { ...(await taskResult(call, row)), isError: isTerminal(row.status) }
        : result(answer, { ...taskJson(row) });
    },
  });
}

function waiting({ caller, gone, tell }: ToolCall, seconds: number, after: number) {
  return {
    waitMs: seconds * 1000,
    after,
    by: caller,
    gone,
    ...defined({ tell }),
  };
}

/** Returns an accepted task after a wait. Returns it unchanged if the wait fails. */
async function afterSubmitting(call: ToolCall, task: TaskRow, seconds: number): Promise<TaskRow> {
  if (seconds === 0) {
    return task;
  }
  try {
    return await waitedFor(call.deps, task, waiting(call, seconds, 0));
  } catch (error) {
    call.deps.observer.fault("submit.wait", error);
    return task;
  }
}

async function taskResult({ deps, caller }: ToolCall, row: TaskRow): Promise<CallToolResult> {
  return result(await taskText(deps, row, mayRead(caller)), { ...taskJson(row) });
}

/** Returns whether a caller may see a task's events: its log, and progress and texts from it. */
export function mayRead({ scopes }: Caller): boolean {
  return scopes.has("tasks:read");
}
