/**
 * `opspawn/promptfoo`: a provider for promptfoo, and what `opspawn eval` runs. Each call submits a
 * task under the `traceparent` of the eval, waits for it, and returns its answer, cost, tokens,
 * latency and tool calls.
 */
import { OpspawnError } from "../errors.ts";
import { needsHuman, TERMINAL_STATUSES, type TaskEvent } from "../event.ts";
import type { SubmitTask, Task } from "../model.ts";
import { Opspawn } from "../opspawn.ts";
import { sendSpans } from "./spans.ts";
import { Trajectory, type TrajectoryCall } from "./trajectory.ts";

export type { TrajectoryCall } from "./trajectory.ts";

/** The field `config` of the provider. `options` of a test overrides it. */
export interface ProviderConfig {
  /** Base URL of the service. Default: `OPSPAWN_URL`. */
  readonly url?: string;
  /** Default: `OPSPAWN_KEY`. */
  readonly key?: string;
  /** Name of the agent. Default: `default`. */
  readonly agent?: string;
  /** Version of the agent. Default: the newest. */
  readonly version?: number;
  /** Overrides of the agent's config. */
  readonly agent_config?: SubmitTask["agent_config"];
  readonly limits?: SubmitTask["limits"];
  /** Further fields of `input_data`; the prompt becomes `goal`. */
  readonly input_data?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly subject?: string;
  /**
   * Seconds after which a task is cancelled, measured from its submission. Default: 300.
   */
  readonly timeout_s?: number;
  /** OTLP address that gets the spans of each task, such as promptfoo's own receiver. */
  readonly otlp?: string;
  /** Adds all events of a task to the metadata. */
  readonly events?: boolean;
}

/** What promptfoo constructs a provider with. */
export interface ProviderOptions {
  readonly id?: string;
  readonly label?: string;
  readonly config?: ProviderConfig;
}

/** The part of promptfoo's call context that the provider reads. */
export interface CallContext {
  readonly prompt?: { readonly config?: unknown };
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly evaluationId?: string;
  readonly testIdx?: number;
  readonly promptIdx?: number;
  readonly repeatIndex?: number;
}

/** The part of promptfoo's call options that the provider reads. */
export interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** Facts about the task of a call. */
export interface CallMetadata {
  readonly task_id: string;
  readonly status: string;
  readonly agent: string;
  readonly agent_version: number;
  readonly model: string;
  readonly steps: number;
  readonly trajectory: readonly TrajectoryCall[];
  /** A code of docs/reference/errors.md, `cancelled`, or the wait that was not answered. */
  readonly error_code?: string;
  readonly events?: readonly TaskEvent[];
}

/** Tokens, by promptfoo's names. */
export interface TokenUsage {
  readonly total: number;
  readonly prompt: number;
  readonly completion: number;
  readonly numRequests: number;
}

/** promptfoo's `ProviderResponse`. */
export interface CallResult {
  readonly output?: unknown;
  /** `code: message`. */
  readonly error?: string;
  readonly cost?: number;
  readonly tokenUsage?: TokenUsage;
  /** Milliseconds from submission to end, by the clock of the service. */
  readonly latencyMs?: number;
  readonly cached?: boolean;
  readonly metadata?: CallMetadata | { readonly error_code: string };
}

const DEFAULT_TIMEOUT_S = 300;
/** Explains a cancelled task to people who find it. */
const NO_ANSWER = "An eval cannot answer a task that waits for";
const TOO_LONG = "The eval did not wait longer.";

/** A provider of promptfoo: `package:opspawn/promptfoo:OpspawnProvider`. */
export class OpspawnProvider {
  /** promptfoo looks for the named export in the default export, since there is one. */
  static readonly OpspawnProvider: typeof OpspawnProvider = OpspawnProvider;
  readonly config: ProviderConfig;
  readonly label: string | undefined;
  readonly #id: string;
  #client: Opspawn | null;

  /** @param client replaces the one that `url` and `key` describe */
  constructor({ id, label, config = {} }: ProviderOptions = {}, client: Opspawn | null = null) {
    this.config = config;
    this.label = label;
    this.#client = client;
    const { agent = "default", version } = config;
    // The id that promptfoo passes is the address of this module.
    const own = id === undefined || /^(?:package|file):/.test(id) ? undefined : id;
    this.#id = own ?? `opspawn:${agent}${version === undefined ? "" : `@${version}`}`;
  }

  id(): string {
    return this.#id;
  }

  /** Runs a task with the prompt as its goal. Never rejects: a failure is the field `error`. */
  async callApi(
    prompt: string,
    context: CallContext = {},
    { abortSignal }: CallOptions = {},
  ): Promise<CallResult> {
    const config = { ...this.config, ...overridesOf(context) };
    try {
      this.#client ??= new Opspawn({ url: config.url, key: config.key });
      return await run(this.#client, config, prompt, context, abortSignal);
    } catch (error) {
      const code = error instanceof OpspawnError ? error.code : "invalid_request";
      const message = error instanceof Error ? error.message : String(error);
      return { error: `${code}: ${message}`, metadata: { error_code: code } };
    }
  }
}

/** @alias */
// oxlint-disable-next-line import/no-default-export -- promptfoo takes it from a file
export default OpspawnProvider;

async function run(
  client: Opspawn,
  config: ProviderConfig,
  prompt: string,
  context: CallContext,
  signal: AbortSignal | undefined,
): Promise<CallResult> {
  const body = bodyOf(config, prompt);
  const created = await client.tasks.create(body, {
    idempotencyKey: await keyOf(context, body),
    headers: traceHeaders(context),
    signal,
  });
  const events: TaskEvent[] = [];
  const trajectory = new Trajectory();
  const ended = await endOf(client, created, config, signal, (event) => {
    trajectory.add(event);
    if (config.events === true) {
      events.push(event);
    }
  });
  if (config.otlp !== undefined) {
    await sendSpans(config.otlp, await client.tasks.trace(ended.id, { content: "all" }), signal);
  }
  return resultOf(ended, trajectory.calls, config.events === true ? events : null);
}

/** Waits for the end of a task. Cancels one that waits for a person, or takes too long. */
async function endOf(
  client: Opspawn,
  { id }: Task,
  { timeout_s = DEFAULT_TIMEOUT_S }: ProviderConfig,
  signal: AbortSignal | undefined,
  onEvent: (event: TaskEvent) => void,
): Promise<Task> {
  const late = AbortSignal.timeout(timeout_s * 1000);
  let last = 0;
  const see = (event: TaskEvent) => {
    last = event.seq;
    onEvent(event);
  };
  let reason = TOO_LONG;
  try {
    const either = signal === undefined ? late : AbortSignal.any([signal, late]);
    const task = await client.tasks.wait(id, { signal: either, onEvent: see });
    if (TERMINAL_STATUSES.has(task.status) || !needsHuman(task.waiting_for)) {
      return task;
    }
    reason = `${NO_ANSWER} ${task.waiting_for}.`;
  } catch (error) {
    if (!late.aborted || signal?.aborted === true) {
      // The eval itself was stopped.
      await client.tasks.cancel(id, { reason: "The eval was stopped." }).catch(() => null);
      throw error;
    }
  }
  await client.tasks.cancel(id, { reason });
  return client.tasks.wait(id, { after: last, throughWaits: true, onEvent: see, signal });
}

function bodyOf(
  { agent, version, agent_config, limits, input_data, metadata, subject }: ProviderConfig,
  prompt: string,
): SubmitTask {
  return {
    input_data: { ...input_data, goal: prompt },
    ...(agent !== undefined && { agent }),
    ...(version !== undefined && { agent_version: version }),
    ...(agent_config !== undefined && { agent_config }),
    ...(limits !== undefined && { limits }),
    ...(metadata !== undefined && { metadata }),
    ...(subject !== undefined && { subject }),
  };
}

/**
 * Returns the same key for the same call of an eval, so that a repeated call gets the same task; a
 * new one where promptfoo does not say which call it is.
 */
async function keyOf(context: CallContext, body: SubmitTask): Promise<string> {
  const { evaluationId, testIdx, promptIdx = 0, repeatIndex } = context;
  if (evaluationId === undefined || testIdx === undefined || repeatIndex === undefined) {
    return `eval-${crypto.randomUUID()}`;
  }
  const text = JSON.stringify([evaluationId, testIdx, promptIdx, repeatIndex, body]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `eval-${Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function traceHeaders({ traceparent, tracestate }: CallContext): Record<string, string> {
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(traceparent !== undefined && tracestate !== undefined && { tracestate }),
  };
}

/** Returns what a test's `options` set. Unknown fields are promptfoo's own. */
function overridesOf({ prompt }: CallContext): ProviderConfig {
  const { config } = prompt ?? {};
  return typeof config === "object" && config !== null ? config : {};
}

function resultOf(
  task: Task,
  trajectory: readonly TrajectoryCall[],
  events: readonly TaskEvent[] | null,
): CallResult {
  const { usage, error } = task;
  const code = task.status === "completed" ? undefined : (error?.code ?? task.status);
  const message = error?.message ?? `The task is ${task.status}.`;
  return {
    ...(code === undefined
      ? { output: task.result?.data ?? task.result?.answer ?? "" }
      : { error: `${code}: ${message}` }),
    cost: usage.tree?.cost_usd ?? usage.cost_usd,
    tokenUsage: {
      total: usage.input_tokens + usage.output_tokens,
      prompt: usage.input_tokens,
      completion: usage.output_tokens,
      numRequests: usage.model_calls,
    },
    latencyMs: Date.parse(task.completed_at ?? task.updated_at) - Date.parse(task.created_at),
    cached: false,
    metadata: {
      task_id: task.id,
      status: task.status,
      agent: task.agent,
      agent_version: task.agent_version,
      model: task.model,
      steps: usage.steps,
      trajectory,
      ...(code !== undefined && { error_code: code }),
      ...(events !== null && { events }),
    },
  };
}
