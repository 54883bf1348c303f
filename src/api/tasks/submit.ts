/** Use case: submits tasks, for every transport. */
import { sha256Hex } from "../../crypto/sha256.ts";
import { canonicalJson, isJsonObject, type JsonValue } from "../../run/value/json.ts";
import { layersOf } from "../../run/spec/agent.ts";
import { newTaskId } from "../../run/value/id.ts";
import { isTerminal } from "../../run/decide/view.ts";
import { CALLBACKS } from "../../run/log/webhook-body.ts";
import type { Caller } from "../../store/keys.ts";
import {
  asAccepted,
  type NewTask,
  type TaskOverrides,
  type TaskRow,
} from "../../store/tasks/rows.ts";
import type { EarlierTask, IdempotencyClaim } from "../../store/tasks/tasks.ts";
import {
  agentForTask,
  isOwn,
  rememberedAgent,
  resolved,
  type AgentForTask,
} from "../agents/resolve.ts";
import { checkAgain, checkConfig, type Referred } from "../agents/check-config.ts";
import type { ApiDeps } from "../context.ts";
import { Problem, fieldProblem } from "../http/problem.ts";
import { checkAddress, ensureSecret } from "../webhooks/secrets.ts";
import type { SubmitBody } from "./schemas.ts";
import { isoTime } from "../../run/value/time.ts";
import type { JsonPointer } from "../../run/value/json-pointer.ts";

export interface Submitted {
  readonly task: TaskRow;
  /** True if the idempotency key was used before; `task` is then the earlier request's task. */
  readonly replayed: boolean;
}

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
 * @param header the `Idempotency-Key`, and the route that it is scoped to
 * @throws Problem if the task is rejected; then no task is written
 */
export async function submitTask(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  header: { readonly key: string | null; readonly route?: string },
): Promise<Submitted> {
  const claim = claimOf(body, header);
  return accepted(deps, caller, claim, (fresh) => newTask(deps, caller, body, fresh));
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
    const now = deps.now();
    const task = {
      ...origin,
      ...(which === "same" ? await sameConfig(deps, origin) : await currentConfig(deps, origin)),
      task_id: newTaskId(now, crypto.getRandomValues(new Uint8Array(16))),
      attempt: origin.attempt + 1,
      retry_of: origin.task_id,
      scheduled_at: null,
      created_at: isoTime(now),
    };
    return { task, mark: null };
  });
}

/** Returns what a retry with the same config refers to today. @throws Problem */
async function sameConfig(
  deps: ApiDeps,
  { tenant_id, config, limits }: TaskRow,
): Promise<Referred> {
  const checked = await checkAgain(deps, { tenantId: tenant_id, config, limits });
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
  const checked = await checkConfig(deps, { tenantId, config, limits, brought, tools });
  if (checked.fault !== undefined) {
    const { code, detail } = checked.fault;
    throw new Problem(code, detail);
  }
  return { agent_version: agent.version, config, limits, ...checked.referred };
}

function nameIn(tool: JsonValue): string {
  return isJsonObject(tool) && typeof tool["name"] === "string" ? tool["name"] : "";
}

/** A task to insert. */
interface MadeTask {
  readonly task: NewTask;
  /** The mark of the agent and tools that it was made from, if they were not read for it. */
  readonly mark: string | null;
}

/**
 * Stores and dispatches a task, or returns the earlier task of its idempotency key.
 * @param make makes the task; `fresh` is true if what it was made from turned out to be out of date
 */
async function accepted(
  deps: ApiDeps,
  caller: Caller,
  claim: IdempotencyClaim | null,
  make: (fresh: boolean) => Promise<MadeTask>,
): Promise<Submitted> {
  let made: MadeTask;
  try {
    made = await make(false);
  } catch (error) {
    // A model or tool may have been removed since the first request: return its task nevertheless.
    const earlier = claim === null ? null : await deps.tasks.claimed(caller.tenantId, claim);
    if (earlier === null) {
      throw error;
    }
    return { task: await replay(deps, caller, earlier, claim?.fingerprint), replayed: true };
  }
  const inserted = await deps.tasks.insert(made.task, claim, made.mark);
  if (inserted.outdated === true) {
    return accepted(deps, caller, claim, () => make(true));
  }
  if (inserted.earlier !== undefined) {
    const { earlier } = inserted;
    return { task: await replay(deps, caller, earlier, claim?.fingerprint), replayed: true };
  }
  try {
    await deps.dispatch(inserted.stored);
  } catch (error) {
    deps.observer.fault("queue.send", error);
  }
  return { task: asAccepted(inserted.stored), replayed: false };
}

function claimOf(
  body: SubmitBody,
  header: { readonly key: string | null; readonly route?: string },
): IdempotencyClaim | null {
  const { route = "POST /api/v1/tasks" } = header;
  const key = header.key ?? body.idempotency_key ?? body.request_id ?? null;
  if (key === null) {
    return null;
  }
  const { idempotency_key: _key, request_id: _alias, ...request } = body;
  const text = canonicalJson(request as unknown as JsonValue);
  return { route, key, fingerprint: sha256Hex(text) };
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
): Promise<Submitted> {
  return accepted(deps, caller, claim, (fresh) => newTask(deps, caller, body, fresh));
}

/**
 * Makes a task from the agent and tools that this isolate read last, so that the insertion is the
 * only query, or from those in the database.
 * @param fresh reads the database
 */
async function newTask(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  fresh: boolean,
): Promise<MadeTask> {
  if (!AGENT_TASKS.has(body.task_type)) {
    throw fieldProblem("unknown_task_type", "/task_type", `Unknown task type "${body.task_type}".`);
  }
  const { tenantId } = caller;
  const remembered = fresh ? null : rememberedAgent(deps, tenantId, body.agent);
  if (remembered !== null) {
    try {
      return { task: await taskFor(deps, caller, body, remembered), mark: remembered.mark };
    } catch {
      // What is wrong may be right by now.
    }
  }
  const found = await agentForTask(deps, tenantId, body.agent);
  if (found === null) {
    throw fieldProblem("unknown_agent", "/agent", `Unknown agent "${body.agent}".`);
  }
  return { task: await taskFor(deps, caller, body, found), mark: null };
}

async function taskFor(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  { agent, tools }: AgentForTask,
): Promise<NewTask> {
  const { tenantId } = caller;
  const said = layersOf(saidOf(body), body.limits ?? {});
  const { config, limits } = resolved(deps, agent, said);
  const { script, script_tools } = body.input_data;
  if (config.model !== "local/script" && (script !== undefined || script_tools !== undefined)) {
    const pointer = script === undefined ? "/input_data/script_tools" : "/input_data/script";
    throw fieldProblem("validation_failed", pointer, "is for the model local/script only");
  }
  const brought = (script_tools ?? []).map((tool) => tool.name);
  const checked = await checkConfig(deps, { tenantId, config, limits, brought, tools });
  if (checked.fault !== undefined) {
    const { code, pointer: place, detail } = checked.fault;
    throw fieldProblem(code, placeIn(body, isOwn(agent), place), detail);
  }
  checkSize("/input_data", body.input_data, MAX_INPUT_CHARS);
  checkSize("/metadata", body.metadata ?? {}, MAX_METADATA_CHARS);
  const now = deps.now();
  return {
    tenant_id: tenantId,
    task_id: newTaskId(now, crypto.getRandomValues(new Uint8Array(16))),
    task_type: "agent_run",
    name: body.name ?? null,
    input_data: body.input_data as NewTask["input_data"],
    agent: agent.name,
    agent_version: agent.version,
    config,
    limits,
    metadata: body.metadata ?? {},
    priority: body.priority,
    attempt: 1,
    retry_of: null,
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
  { tenantId }: Caller,
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
