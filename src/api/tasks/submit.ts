/** Use case: submits tasks, for every transport. */
import { isJsonObject, type JsonValue } from "../../run/value/json.ts";
import { layersOf } from "../../run/spec/agent.ts";
import type { AgentConfig } from "../../run/spec/spec.ts";
import { newTaskId } from "../../run/value/id.ts";
import { isTerminal } from "../../run/decide/view.ts";
import { CALLBACKS } from "../../run/log/webhook-body.ts";
import type { Caller } from "../../store/keys.ts";
import {
  NO_CONVERSATION,
  treeColumns,
  type NewTask,
  type TaskOverrides,
  type TaskRow,
} from "../../store/tasks/rows.ts";
import type { IdempotencyClaim } from "../../store/tasks/insert.ts";
import {
  agentForTask,
  isOwn,
  rememberedAgent,
  resolved,
  type AgentForTask,
} from "../agents/resolve.ts";
import { checkFilesAgain, withFiles } from "../attachments/use-cases.ts";
import { checkAgain, checkConfig, checkSubject, type Referred } from "../agents/check-config.ts";
import type { ApiDeps } from "../context.ts";
import { Problem, fieldProblem } from "../http/problem.ts";
import { checkAddress, ensureSecret } from "../webhooks/secrets.ts";
import { accepted, claimOf, DEFAULT_AGENT, type MadeTask, type Submitted } from "./accept.ts";
import { versionedAgent } from "../agents/references.ts";
import type { SubmitBody } from "./schemas.ts";
import { turnOf, type TurnMessage } from "./turn.ts";
import { isoTime } from "../../run/value/time.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { SubmitHeader } from "./submit-header.ts";
import type { JsonPointer } from "../../run/value/json-pointer.ts";

/** The config of a retry: that of the retried task, or that of its agent today. */
export type RetryConfig = "same" | "current";

/** Maximum time that a task can be scheduled ahead. */
const MAX_AHEAD_MS = 5 * 365 * 86_400_000;

/** Maximum characters of JSON of a task's input: a row in D1 can have at most 2 MB. */
const MAX_INPUT_CHARS = 1_100_000;
/** Maximum characters of JSON of a task's metadata. */
export const MAX_METADATA_CHARS = 16_384;
const AGENT_TASKS = new Set(["agent_run", "agent_task"]);

/**
 * Accepts a task. Once this returns, the task either finishes or pauses for a stated reason,
 * whatever fails next. The reconciler sends a message that could not be sent.
 * @throws Problem if the task is rejected; then no task is written
 */
export async function submitTask(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  header: SubmitHeader,
): Promise<Submitted> {
  const claim = claimOf(body, header);
  const { trace = null, groupId = null } = header;
  return accepted(deps, caller, claim, async (attempt) => {
    const made = await newTask(deps, caller, body, { attempt, trace });
    return "told" in made ? made : { ...made, task: { ...made.task, group_id: groupId } };
  });
}

/**
 * Accepts a new task with the input of a finished one.
 * @throws Problem if the task is rejected; then no task is written
 */
export async function retryTask(
  deps: ApiDeps,
  caller: Caller,
  origin: TaskRow,
  which: RetryConfig,
  idempotencyKey: string | null,
): Promise<Submitted> {
  const claim =
    idempotencyKey === null
      ? null
      : {
          route: "POST /api/v1/tasks/{id}/retry",
          key: idempotencyKey,
          fingerprint: which === "same" ? origin.task_id : `${origin.task_id} ${which}`,
        };
  return accepted(deps, caller, claim, async () => {
    if (!isTerminal(origin.status)) {
      throw new Problem(
        "not_finished",
        `The task is ${origin.status}; only a finished task can be retried.`,
      );
    }
    if (origin.continues_task_id !== null && origin.history === null) {
      const detail = "The turn was cancelled before it began; submit it as the next turn instead.";
      throw new Problem("not_started", detail);
    }
    const now = deps.now();
    const changed: Referred & { readonly config?: AgentConfig } =
      which === "same" ? await sameConfig(deps, origin) : await currentConfig(deps, origin);
    const { config = origin.config } = changed;
    await checkFilesAgain(deps, origin.tenant_id, origin.input_data, config);
    const task = {
      ...origin,
      ...changed,
      task_id: newTaskId(now, crypto.getRandomValues(new Uint8Array(16))),
      attempt: origin.attempt + 1,
      retry_of: origin.task_id,
      schedule_id: null,
      group_id: null,
      scheduled_at: null,
      waiting_for: null,
      // Nothing waits for it, its trace is its own, and its conversation went on without it. It knows
      // what that said.
      ...treeColumns(null, null),
      ...NO_CONVERSATION,
      history: origin.history,
      trace: null,
      created_at: isoTime(now),
    };
    return { task, mark: null, place: null };
  });
}

/** Returns what a retry with the same config refers to today. @throws Problem */
async function sameConfig(
  deps: ApiDeps,
  { tenant_id, config, limits, agent, agent_version }: TaskRow,
): Promise<Referred> {
  const self = { name: agent, version: agent_version, description: null };
  const checked = await checkAgain(deps, { tenantId: tenant_id, config, limits, self });
  if (checked.fault !== undefined) {
    const { code, pointer, detail } = checked.fault;
    throw fieldProblem(code, inTask(pointer), detail);
  }
  return checked.referred;
}

/** Returns the config of a retry with the agent as it is today. @throws Problem */
async function currentConfig(deps: ApiDeps, origin: TaskRow) {
  const { tenant_id: tenantId, input_data } = origin;
  const found = await agentForTask(deps, tenantId, origin.agent);
  if (found === null) {
    throw new Problem("unknown_agent", `The agent "${origin.agent}" no longer exists.`);
  }
  const { agent, tools } = found;
  const { config, limits } = resolved(deps, agent, origin.overrides ?? undefined);
  const { script_tools } = input_data;
  const brought = Array.isArray(script_tools) ? script_tools.map(nameIn) : [];
  const to = { tenantId, config, limits, brought, tools, self: agent };
  checkSubject(config, origin.subject);
  const checked = await checkConfig(deps, to);
  if (checked.fault !== undefined) {
    const { code, detail } = checked.fault;
    throw new Problem(code, detail);
  }
  return { agent_version: agent.version, config, limits, ...checked.referred };
}

function nameIn(tool: JsonValue): string {
  return isJsonObject(tool) && typeof tool["name"] === "string" ? tool["name"] : "";
}

/**
 * Accepts a task that a hook starts. A repeated request returns the same task.
 * @throws Problem if the task is rejected; then no task is written
 */
export async function submitHooked(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  claim: IdempotencyClaim,
  trace: TraceContext | null,
): Promise<Submitted> {
  return accepted(deps, caller, claim, (attempt) =>
    newTask(deps, caller, body, { attempt, trace }),
  );
}

/**
 * Makes a task from the agent and tools that this isolate read last, so that the insertion is the
 * only query, or from those in the database.
 * @param attempt from the second on, reads the database
 */
async function newTask(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  { attempt, trace }: { readonly attempt: number; readonly trace: TraceContext | null },
): Promise<MadeTask | TurnMessage> {
  if (!AGENT_TASKS.has(body.task_type)) {
    throw fieldProblem("unknown_task_type", "/task_type", `Unknown task type "${body.task_type}".`);
  }
  const { tenantId } = caller;
  const turn = await turnOf(deps, caller, body, attempt > 1);
  if (turn !== null && "told" in turn) {
    return turn;
  }
  const name = body.agent ?? turn?.agent ?? DEFAULT_AGENT;
  const made = async (found: AgentForTask, mark: string | null): Promise<MadeTask> => {
    const task = { ...(await taskFor(deps, caller, body, found)), trace };
    return turn === null
      ? { task, mark, place: null }
      : {
          task: { ...task, ...turn.columns, subject: task.subject ?? turn.subject },
          mark,
          place: turn.place,
        };
  };
  const { agent_version: version } = body;
  const remembered = attempt > 1 ? null : rememberedAgent(deps, tenantId, name);
  if (remembered !== null && isVersion(remembered.agent, version)) {
    try {
      return await made(remembered, remembered.mark);
    } catch {
      // What is wrong may be right by now.
    }
  }
  const found = await agentForTask(deps, tenantId, name);
  if (found === null) {
    throw fieldProblem("unknown_agent", "/agent", `Unknown agent "${name}".`);
  }
  if (version === undefined || found.agent.version === version) {
    return made(found, null);
  }
  const agent = await versionedAgent(deps, tenantId, name, version);
  if (agent?.version !== version) {
    const detail = `The agent "${name}" has no version ${version}.`;
    throw fieldProblem("unknown_agent", "/agent_version", detail);
  }
  return made({ ...found, agent }, null);
}

function isVersion(agent: AgentForTask["agent"], version: number | undefined): boolean {
  return version === undefined || agent.version === version;
}

/**
 * Makes a task from a body, checked as a client's.
 * @param inherit changes the config that the body and the agent result in
 * @throws Problem if it is rejected
 */
export async function taskFor(
  deps: ApiDeps,
  caller: Pick<Caller, "tenantId">,
  body: SubmitBody,
  { agent, tools }: Pick<AgentForTask, "agent" | "tools">,
  inherit: (config: AgentConfig) => AgentConfig = (config) => config,
): Promise<NewTask> {
  const { tenantId } = caller;
  const said = layersOf(saidOf(body), body.limits ?? {});
  const { config: own, limits } = resolved(deps, agent, said);
  const config = inherit(own);
  const { script, script_tools } = body.input_data;
  if (config.model !== "local/script" && (script !== undefined || script_tools !== undefined)) {
    const pointer = script === undefined ? "/input_data/script_tools" : "/input_data/script";
    throw fieldProblem("validation_failed", pointer, "is for the model local/script only");
  }
  const brought = (script_tools ?? []).map((tool) => tool.name);
  const to = { tenantId, config, limits, brought, tools, self: agent };
  const checked = await checkConfig(deps, to);
  if (checked.fault !== undefined) {
    const { code, pointer: place, detail } = checked.fault;
    throw fieldProblem(code, placeIn(body, isOwn(agent), place), detail);
  }
  checkSubject(config, body.subject ?? null);
  checkSize("/input_data", body.input_data, MAX_INPUT_CHARS);
  checkSize("/metadata", body.metadata ?? {}, MAX_METADATA_CHARS);
  const input_data = await withFiles(deps, tenantId, body.input_data, config);
  const now = deps.now();
  return {
    tenant_id: tenantId,
    task_id: newTaskId(now, crypto.getRandomValues(new Uint8Array(16))),
    task_type: "agent_run",
    name: body.name ?? null,
    subject: body.subject ?? null,
    ...treeColumns(null, null),
    trace: null,
    input_data,
    agent: agent.name,
    agent_version: agent.version,
    config,
    limits,
    metadata: body.metadata ?? {},
    priority: body.priority,
    attempt: 1,
    retry_of: null,
    schedule_id: null,
    group_id: null,
    ...NO_CONVERSATION,
    waiting_for: null,
    scheduled_at: scheduledAt(body, now),
    callback_url: await callbackUrl(deps, caller, body),
    overrides: isEmpty(said) ? null : said,
    ...checked.referred,
    created_at: isoTime(now),
  };
}

function isEmpty({ config, limits }: TaskOverrides): boolean {
  return Object.keys(config).length === 0 && Object.keys(limits).length === 0;
}

function scheduledAt({ scheduled_at }: SubmitBody, now: number): string | null {
  if (scheduled_at === null || scheduled_at === undefined) {
    return null;
  }
  const at = Date.parse(scheduled_at);
  if (at > now + MAX_AHEAD_MS) {
    throw fieldProblem("validation_failed", "/scheduled_at", "is more than five years ahead");
  }
  return isoTime(at);
}

/** Checks the callback URL. Creates the tenant's signing secret for callbacks on first use. */
async function callbackUrl(
  deps: ApiDeps,
  { tenantId }: Pick<Caller, "tenantId">,
  { callback_url: url }: SubmitBody,
): Promise<string | null> {
  if (url === null || url === undefined) {
    return null;
  }
  checkAddress(deps, url, "/callback_url");
  await ensureSecret(deps, tenantId, CALLBACKS);
  return url;
}

/** Returns the task's own config. `agent_config` overrides `inject_mcp_proxy` of the input. */
function saidOf({ agent_config = {}, input_data }: SubmitBody): object {
  return input_data.inject_mcp_proxy === true
    ? { inject_mcp_proxy: true, ...agent_config }
    : agent_config;
}

/** Maps a pointer into `{ config, limits }` to a submission, such as `/agent_config/model`. */
function inTask(place: JsonPointer): JsonPointer {
  return place.startsWith("/config/") ? `/agent_config/${place.slice("/config/".length)}` : place;
}

/**
 * Maps a pointer into `{ config, limits }` to its origin: the field of the body, or `/agent`.
 * @param own true for the built-in agent, whose fields are reported as fields of the body
 */
function placeIn(
  { agent_config = {}, limits = {}, input_data }: SubmitBody,
  own: boolean,
  place: JsonPointer,
): JsonPointer {
  const [, layer, field = ""] = place.split("/");
  if (field in (layer === "limits" ? limits : agent_config)) {
    return inTask(place);
  }
  if (field === "inject_mcp_proxy" && input_data.inject_mcp_proxy === true) {
    return "/input_data/inject_mcp_proxy";
  }
  return own ? inTask(place) : "/agent";
}

function checkSize(pointer: JsonPointer, value: unknown, max: number): void {
  if (JSON.stringify(value).length > max) {
    throw fieldProblem("validation_failed", pointer, `is larger than ${max} characters of JSON`);
  }
}
