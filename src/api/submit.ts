/** The use case of submitting a task, for every front that has one. */
import type { Catalogue } from "../run/catalogue.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../run/json.ts";
import { newTaskId } from "../run/id.ts";
import type { McpServerDefinition } from "../run/mcp-server.ts";
import type { AgentConfig, RunLimits } from "../run/spec.ts";
import type { ToolDefinition } from "../run/tool-definition.ts";
import { isTerminal } from "../run/view.ts";
import { CALLBACKS } from "../run/webhook.ts";
import type { Caller } from "../store/keys.ts";
import {
  asAccepted,
  type EarlierTask,
  type IdempotencyClaim,
  type NewTask,
  type TaskRow,
} from "../store/tasks.ts";
import { agentsOf } from "./agents.ts";
import { sha256Hex } from "./auth.ts";
import type { ApiDeps } from "./context.ts";
import { isMcpTool, mcpServersOf } from "./mcp-servers-of.ts";
import { Problem, type ProblemCode } from "./problem.ts";
import { checkAddress, ensureSecret } from "./webhook-secrets.ts";
import type { SubmitBody } from "./schemas.ts";

export interface Submitted {
  readonly task: TaskRow;
  /** The key was used before for the same request; this is that request's task. */
  readonly replayed: boolean;
}

/** Limits of a task that names none. */
const DEFAULT_LIMITS: RunLimits = { max_steps: 25, max_duration_s: 3600, max_repeats: 10 };

/** The furthest that a task may be scheduled ahead. */
const MAX_AHEAD_MS = 5 * 365 * 86_400_000;

/** Characters of JSON that a task's input may have: a row of D1 ends at 2 MB. */
const MAX_INPUT_CHARS = 1_100_000;
const MAX_METADATA_CHARS = 16_384;
const AGENT_TASKS = new Set(["agent_run", "agent_task"]);

/**
 * Accepts a task: once this returns, the task reaches an end or a named wait whatever fails next.
 * A message that cannot be sent is sent by the reconciler.
 * @throws Problem; then nothing is written
 */
export async function submitTask(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  idempotencyKey: string | null,
): Promise<Submitted> {
  const claim = claimOf(body, idempotencyKey);
  return accepted(deps, caller, claim, () => newTask(deps, caller, body));
}

/**
 * Accepts a new task with the input of one that is over.
 * @throws Problem; then nothing is written
 */
export async function retryTask(
  deps: ApiDeps,
  caller: Caller,
  origin: TaskRow,
  idempotencyKey: string | null,
): Promise<Submitted> {
  const claim =
    idempotencyKey === null
      ? null
      : {
          route: "POST /api/v1/tasks/{id}/retry",
          key: idempotencyKey,
          fingerprint: origin.task_id,
        };
  return accepted(deps, caller, claim, async () => {
    if (!isTerminal(origin.status)) {
      throw new Problem(
        "not_finished",
        `The task is ${origin.status}; only one that is over can be tried again.`,
      );
    }
    checkModel(deps, origin.config.model);
    for (const fallback of origin.config.fallback_models ?? []) {
      checkModel(deps, fallback);
    }
    checkPrices(deps.catalogue, origin.config, origin.limits);
    const mcp_servers = await mcpServersOf(deps, caller.tenantId, origin.config);
    const tools = await ownTools(deps, caller, origin.config, mcp_servers);
    const now = deps.now();
    return {
      ...origin,
      tools,
      mcp_servers,
      task_id: newTaskId(now, crypto.getRandomValues(new Uint8Array(16))),
      attempt: origin.attempt + 1,
      retry_of: origin.task_id,
      scheduled_at: null,
      created_at: new Date(now).toISOString(),
    };
  });
}

/** Stores and dispatches a task, or gives the one that its idempotency key stands for. */
async function accepted(
  deps: ApiDeps,
  caller: Caller,
  claim: IdempotencyClaim | null,
  make: () => Promise<NewTask>,
): Promise<Submitted> {
  let task: NewTask;
  try {
    task = await make();
  } catch (error) {
    // A model or tool may be gone since the first request; its answer stands.
    const earlier = claim === null ? null : await deps.tasks.claimed(caller.tenantId, claim);
    if (earlier === null) {
      throw error;
    }
    return { task: await replay(deps, caller, earlier, claim?.fingerprint), replayed: true };
  }
  const inserted = await deps.tasks.insert(task, claim);
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

function claimOf(body: SubmitBody, header: string | null): IdempotencyClaim | null {
  const key = header ?? body.request_id ?? null;
  if (key === null) {
    return null;
  }
  const { request_id: _key, ...request } = body;
  const text = canonicalJson(request as unknown as JsonValue);
  return { route: "POST /api/v1/tasks", key, fingerprint: sha256Hex(text) };
}

/**
 * Accepts a task that a hook starts; the same request again is answered with the same task.
 * @throws Problem; then nothing is written
 */
export async function submitHooked(
  deps: ApiDeps,
  caller: Caller,
  body: SubmitBody,
  claim: IdempotencyClaim,
): Promise<Submitted> {
  return accepted(deps, caller, claim, () => newTask(deps, caller, body));
}

async function newTask(deps: ApiDeps, caller: Caller, body: SubmitBody): Promise<NewTask> {
  if (!AGENT_TASKS.has(body.task_type)) {
    throw refusal("unknown_task_type", "/task_type", `There is no task type "${body.task_type}".`);
  }
  if (!agentsOf().some(({ name }) => name === body.agent)) {
    throw refusal("unknown_agent", "/agent", `There is no agent "${body.agent}".`);
  }
  const config = resolveConfig(deps, body);
  const limits = resolveLimits(body);
  checkPrices(deps.catalogue, config, limits);
  const { script, script_tools } = body.input_data;
  if (config.model !== "local/script" && (script !== undefined || script_tools !== undefined)) {
    const pointer = script === undefined ? "/input_data/script_tools" : "/input_data/script";
    throw refusal("validation_failed", pointer, "is for the model local/script only");
  }
  checkPolicy(deps.catalogue, config);
  const mcp_servers = await mcpServersOf(deps, caller.tenantId, config);
  const tools = await ownTools(deps, caller, config, mcp_servers);
  const others = [...(script_tools ?? []), ...tools].map((tool) => tool.name);
  checkTools(deps.catalogue, config, others, mcp_servers);
  checkSize("/input_data", body.input_data, MAX_INPUT_CHARS);
  checkSize("/metadata", body.metadata ?? {}, MAX_METADATA_CHARS);
  const now = deps.now();
  return {
    tenant_id: caller.tenantId,
    task_id: newTaskId(now, crypto.getRandomValues(new Uint8Array(16))),
    task_type: "agent_run",
    name: body.name ?? null,
    input_data: body.input_data as NewTask["input_data"],
    agent: body.agent,
    agent_version: 1,
    config,
    limits,
    metadata: body.metadata ?? {},
    priority: body.priority,
    attempt: 1,
    retry_of: null,
    scheduled_at: scheduledAt(body, now),
    callback_url: await callbackUrl(deps, caller, body),
    tools,
    mcp_servers,
    created_at: new Date(now).toISOString(),
  };
}

function scheduledAt({ scheduled_at }: SubmitBody, now: number): string | null {
  if (scheduled_at === null || scheduled_at === undefined) {
    return null;
  }
  const at = Date.parse(scheduled_at);
  if (at > now + MAX_AHEAD_MS) {
    throw refusal("validation_failed", "/scheduled_at", "is more than five years ahead");
  }
  return new Date(at).toISOString();
}

/** What is signed by the tenant's secret for callbacks, which is made with the first of them. */
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

function resolveConfig(deps: ApiDeps, { agent_config = {}, input_data }: SubmitBody): AgentConfig {
  const model = agent_config.model ?? deps.config.defaultModel;
  checkModel(deps, model);
  for (const [i, fallback] of (agent_config.fallback_models ?? []).entries()) {
    checkModel(deps, fallback, `/agent_config/fallback_models/${i}`);
  }
  checkSchema(deps.catalogue, "/agent_config/output_schema", agent_config.output_schema);
  return {
    // What the input says of it is how it was said first; the agent's own word wins.
    ...(input_data.inject_mcp_proxy === true ? { inject_mcp_proxy: true } : {}),
    ...(stripAbsent(agent_config) as Partial<AgentConfig>),
    model,
    planner: agent_config.planner ?? deps.config.defaultPlanner,
  };
}

function checkModel(deps: ApiDeps, model: string, pointer = "/agent_config/model"): void {
  const problem = deps.catalogue.modelProblem(model);
  if (problem !== null) {
    throw refusal(problem.code, pointer, problem.detail);
  }
}

/** With a cap on money, a model without a price is an error, not free. */
function checkPrices(catalogue: Catalogue, config: AgentConfig, limits: RunLimits): void {
  const models = [config.model, ...(config.fallback_models ?? [])];
  const unpriced = models.find((model) => !catalogue.isPriced(model));
  if (limits.max_cost_usd !== undefined && unpriced !== undefined) {
    throw refusal(
      "unpriced_model",
      "/limits/max_cost_usd",
      `Nobody knows what ${unpriced} costs; set its price in OPSPAWN_PRICES.`,
    );
  }
}

/** A schema that could never be checked is refused now, not after the money is spent. */
function checkSchema(catalogue: Catalogue, pointer: string, schema: JsonObject | undefined): void {
  const defect = schema === undefined ? null : catalogue.schemaDefect(schema);
  if (defect !== null) {
    throw refusal("validation_failed", `${pointer}${defect.pointer}`, defect.detail);
  }
}

/** What the client names wins over the defaults, and null over both. */
function resolveLimits({ limits = {} }: SubmitBody): RunLimits {
  const named = Object.entries(limits).filter(([, value]) => value !== undefined);
  const all = { ...DEFAULT_LIMITS, ...Object.fromEntries(named) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** A schema that cannot be applied would deny every call: better said now. */
function checkPolicy(catalogue: Catalogue, config: AgentConfig): void {
  for (const [pattern, schema] of Object.entries(config.policy?.arguments ?? {})) {
    const defect = catalogue.schemaDefect(schema);
    if (defect !== null) {
      const pointer = `/agent_config/policy/arguments/${pattern}${defect.pointer}`;
      throw refusal("validation_failed", pointer, defect.detail);
    }
  }
}

/**
 * The tenant's tools that a run may use, as they are now: all that are enabled, or those that its
 * agent names. Nothing is asked where it names none but built-in ones and those of its servers.
 */
async function ownTools(
  { catalogue, tools }: ApiDeps,
  { tenantId }: Caller,
  config: AgentConfig,
  servers: readonly McpServerDefinition[],
): Promise<ToolDefinition[]> {
  const builtIn = new Set(catalogue.tools.map((tool) => tool.name));
  const { tools: names } = config;
  const isOthers = (name: string) => builtIn.has(name) || isMcpTool(name, servers, config);
  if (names?.every(isOthers) === true) {
    return [];
  }
  const rows = await tools.list(tenantId);
  return rows
    .filter(({ name, enabled }) => enabled && !builtIn.has(name) && (names?.includes(name) ?? true))
    .map(({ definition }) => definition);
}

function checkTools(
  catalogue: Catalogue,
  config: AgentConfig,
  others: readonly string[],
  servers: readonly McpServerDefinition[],
): void {
  const existing = new Set([...catalogue.tools.map((tool) => tool.name), ...others]);
  for (const [i, name] of (config.tools ?? []).entries()) {
    // What a server offers is known to the run, once it has asked.
    if (!existing.has(name) && !isMcpTool(name, servers, config)) {
      throw refusal("unknown_tool", `/agent_config/tools/${i}`, `There is no tool "${name}".`);
    }
  }
}

function checkSize(pointer: string, value: unknown, max: number): void {
  if (JSON.stringify(value).length > max) {
    throw refusal("validation_failed", pointer, `is larger than ${max} characters of JSON`);
  }
}

/** The accepted task that an idempotency key stands for. */
async function replay(
  deps: ApiDeps,
  caller: Caller,
  earlier: EarlierTask,
  fingerprint: string | undefined,
): Promise<TaskRow> {
  if (earlier.fingerprint !== fingerprint) {
    throw new Problem(
      "idempotency_key_reused",
      "This idempotency key was used for a request with another body.",
    );
  }
  const row = await deps.tasks.get(caller.tenantId, earlier.taskId);
  if (row === null) {
    throw new Problem("not_found", "The task of this idempotency key does not exist any more.");
  }
  return asAccepted(row);
}

function refusal(code: ProblemCode, pointer: string, detail: string): Problem {
  return new Problem(code, `${code === "validation_failed" ? `${pointer} ` : ""}${detail}`, {
    faults: [{ pointer, detail }],
  });
}

/** A copy without members that are undefined, at any depth: what is stored has no holes. */
function stripAbsent(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
