/**
 * The tool port: the declaration of a tool and how it is called. The caller (`invoke.ts`) validates
 * arguments and output by schema, not the tool.
 */
import { defined } from "../../run/value/defined.ts";
import { z } from "zod";
import type { Effect } from "../../run/value/effect.ts";
import type { InputAnswer } from "../../run/log/elicitation.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import { schemaReason } from "../../run/value/schema-message.ts";
import type { Picture } from "../../run/value/picture.ts";
import type { InnerResult } from "../../run/log/state.ts";
import type { MadeSchedule, WantedSchedule } from "../../run/schedule/desk.ts";
import type { PinnedAgent } from "../../run/spec/child.ts";
import type { Approval } from "../../run/spec/tool-definition.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { Untrusted } from "../../run/value/trust.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";

/** The context that a call receives. */
export interface ToolContext {
  readonly tenantId: string;
  readonly taskId: string;
  /** The client's data of the task, as submitted. */
  readonly metadata: JsonObject;
  readonly callId: string;
  /** The same for every attempt of this call. */
  readonly idempotencyKey: string;
  readonly attempt: number;
  /** This attempt's place in the trace of the run, for what it calls. */
  readonly trace: TraceContext;
  /** Whether the run has read untrusted content. */
  readonly untrusted?: boolean;
  /** The time just before its first attempt, in milliseconds. */
  readonly requestedAt?: number;
  /** Aborted when the run is cancelled or out of time, or when the tool's timeout expires. */
  readonly signal: AbortSignal;
  /** The tool's only network access. */
  readonly fetch: GuardedFetch;
  /**
   * Returns the value of a secret of the run's tenant, else of the deployment's secret of that name.
   * Looked up for each call, so a new value needs no deployment. The value is hidden in what this
   * call returns, reports and asks.
   * @param host where the value is sent, in the form of `URL.host`: a secret that is limited to
   * other hosts is not returned. Absent: the tool's code is trusted to send it only where it belongs
   * @throws ToolStop `secret_missing`, with the name
   */
  readonly secret: (name: string, host?: string) => Promise<string>;
  /**
   * Returns a part of an output that was too long for its event; null if the run has no output with
   * this hash.
   */
  readonly kept: (sha256: string, offset: number, limit: number) => KeptPage | null;
  /** The run's other tools, for a tool with `callsTools`. */
  readonly calls?: ToolCaller;
  /**
   * Asks a person, and holds the call for a while. Absent if no person can be asked, as in calls
   * from code.
   * @throws Suspended if no answer arrives in time; the call is repeated with the answer
   */
  readonly ask?: (question: Asked) => Promise<InputAnswer>;
  /**
   * Sends a message to a task that the run started. Absent in calls from code.
   * @throws ToolStop if it is not a task of the run, or has ended
   */
  readonly tell?: (taskId: string, content: string) => Promise<void>;
  /** The schedules of the run. Absent in a deployment without schedules. */
  readonly schedules?: RunSchedules;
  /**
   * Reports progress of the call to watching clients. Reports that are too frequent are dropped.
   */
  readonly report?: (note: Note) => void;
}

/** The schedules that a call can make, see and delete; see `run/schedule/desk.ts`. */
export interface RunSchedules {
  /** Makes a schedule, once for each call. @throws ToolStop if it is refused */
  create(wanted: WantedSchedule): Promise<MadeSchedule>;
  /** Returns the newest schedules. @throws ToolStop if they cannot be read */
  list(): Promise<readonly MadeSchedule[]>;
  /** Deletes a schedule. @throws ToolStop if there is none with this id */
  cancel(scheduleId: string): Promise<void>;
}

/** The secrets that the tools of one tenant may use: its own, then those of the deployment. */
export interface SecretLookup {
  /**
   * Returns the value of a secret; null if there is none, or if it may not be sent to the host.
   * @param host in the form of `URL.host`. Absent: it is not sent to a host that a tenant chose
   * @throws ToolStop if the secret exists and cannot be read
   */
  find(name: string, host?: string): Promise<string | null>;
}

/** A question to a person, and the server that asks. */
export interface Asked {
  readonly server: string;
  readonly message: string;
  /** JSON Schema of an object with the answers. Absent if the person is sent to `url`. */
  readonly schema?: JsonObject;
  readonly url?: string;
  /** Aborted when the answer is no longer needed. */
  readonly takenBack?: AbortSignal;
}

/** Progress of a call, or a log message from it. */
export type Note =
  | {
      readonly kind: "progress";
      readonly progress: number;
      readonly total?: number;
      readonly message?: string;
    }
  | {
      readonly kind: "log";
      readonly level: string;
      readonly logger?: string;
      readonly data: JsonValue;
    };

/** Thrown by `run` when the call is suspended until a person has answered. */
export class Suspended extends Error {
  constructor() {
    super("The call waits for a person's answer.");
    this.name = "Suspended";
  }
}

/**
 * Calls a run's tools from within a tool. Each call is checked, counted and logged like any other.
 */
export interface ToolCaller {
  /** Tools that may be called. */
  readonly names: readonly string[];
  /**
   * Makes the next call. After an interruption, calls made before are answered from the log, in
   * order.
   * @throws ToolStop if the calling tool must end
   */
  call(name: string, args: JsonValue): Promise<InnerResult>;
}

/** A part of a stored text, and the length of the whole text in characters. */
export interface KeptPage {
  readonly text: string;
  readonly total: number;
}

/** A valid value, or the reason why it is invalid. */
export type Checked =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: string };

/** An output with pictures for the model. `run` may return it instead of a plain output. */
export class WithImages<T = unknown> {
  readonly output: T;
  readonly images: readonly Picture[];

  /**
   * @param images the images that `fitImages` kept; a picture that does not fit makes the result
   * invalid
   */
  constructor(output: T, images: readonly Picture[]) {
    this.output = output;
    this.images = images;
  }
}

/** An untrusted output of a tool whose outputs are trusted otherwise. `run` may return it. */
export class FromUntrusted<T = unknown> {
  readonly output: T;
  readonly untrusted: Untrusted;

  constructor(output: T, untrusted: Untrusted) {
    this.output = output;
    this.untrusted = untrusted;
  }
}

/** How a tool writes to long-term memory. */
export type MemoryWrite =
  /** Counts as a write of the run. */
  | "save"
  /** In addition, a run that has read untrusted content needs a person's approval. */
  | "edit";

interface ToolBase {
  /** `^[A-Za-z0-9_.-]{1,128}$` */
  readonly name: string;
  readonly description: string;
  /** JSON Schema 2020-12 of the arguments. */
  readonly inputSchema: JsonObject;
  /** JSON Schema 2020-12 of the output. Null: any output. */
  readonly outputSchema: JsonObject | null;
  /** Worst-case effect of any call. */
  readonly effect: Effect;
  /** The effect of a call with these arguments, for a tool whose calls have different effects. */
  effectOf?(input: JsonValue): Effect;
  /** `always`: a person must approve each call. Absent: `never`, unless the agent requires it. */
  readonly approval?: Approval;
  readonly timeoutMs: number;
  /** The source of its output, if the output is untrusted. */
  readonly untrusted?: Untrusted;
  /** Present if the tool writes to long-term memory. */
  readonly memory?: MemoryWrite;
  /**
   * Returns the call that replaces a call with these arguments: it is checked, logged and executed
   * in its place. Null if there is none.
   */
  standsFor?(input: JsonValue): StandIn | null;
  checkInput(value: JsonValue): Checked;
  checkOutput(value: unknown): Checked;
}

/** A call of another tool. */
export interface StandIn {
  readonly name: string;
  readonly arguments: JsonValue;
}

/** A tool that computes its output when it runs. A thrown error is reported to the model. */
export interface RunTool extends ToolBase {
  readonly kind: "run";
  /** The tool's only effects are calls of the run's other tools, which its context provides. */
  readonly callsTools?: boolean;
  /** Returns the output, or `WithImages`. */
  run(input: JsonValue, context: ToolContext): Promise<unknown>;
  /**
   * For the effect `probe`: checks the outcome of an earlier attempt of this call before another
   * one. A tool with this effect but without the method never runs twice. If it throws, the outcome
   * is unknown.
   */
  probe?(input: JsonValue, context: ToolContext): Promise<ProbeAnswer>;
}

/** The outcome of an earlier attempt, as far as the tool knows it. */
export type ProbeAnswer =
  | { readonly state: "done"; readonly output: unknown }
  | { readonly state: "not_done" }
  | { readonly state: "unknown" };

/** A tool whose call is a durable timer: no code runs, and the run waits until the timer is due. */
export interface TimerTool extends ToolBase {
  readonly kind: "timer";
  /** Returns when the call is due, in milliseconds. `now` is the time of its intent. */
  due(input: JsonValue, now: number): number;
}

/** A tool whose call is a question to a person: no code runs, and the run waits for the answer. */
export interface InputTool extends ToolBase {
  readonly kind: "input";
}

/**
 * A tool whose call starts tasks, waits for them or cancels them: no code runs. The run submits the
 * tasks, and waits without an open connection.
 */
export interface TasksTool extends ToolBase {
  readonly kind: "tasks";
  /** Returns what a call does. Pure. */
  plan(input: JsonValue): TasksPlan;
}

/** What a call of a tool for tasks does. */
export type TasksPlan =
  /** Starts a task. `run` waits for its end. */
  | { readonly action: "run" | "start"; readonly agent: PinnedAgent }
  | {
      readonly action: "wait";
      readonly tasks: readonly string[];
      readonly mode: "all" | "any";
      readonly timeoutS?: number;
    }
  | { readonly action: "cancel"; readonly tasks: readonly string[] }
  /** The arguments name no agent or task of the run. */
  | { readonly action: "refuse"; readonly reason: string };

export type Tool = RunTool | TimerTool | InputTool | TasksTool;

/** Default timeout of a tool, in milliseconds. */
export const DEFAULT_TOOL_TIMEOUT_MS = 60_000;

/** The return value of a defined tool. */
type Returned<O extends z.ZodType> =
  | z.input<O>
  | WithImages<z.input<O>>
  | FromUntrusted<z.input<O>>;

interface Definition<I extends z.ZodType, O extends z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly effect: Effect;
  readonly timeoutMs?: number;
  readonly approval?: Approval;
  readonly untrusted?: Untrusted;
  readonly memory?: MemoryWrite;
}

/**
 * Defines a tool from zod schemas. The JSON Schemas for models and people are derived from them.
 */
export function defineTool<I extends z.ZodType, O extends z.ZodType>(
  definition: Definition<I, O> & {
    run(input: z.output<I>, context: ToolContext): Promise<Returned<O>> | Returned<O>;
    readonly probe?: (input: z.output<I>, context: ToolContext) => Promise<ProbeAnswer>;
    readonly effectOf?: (input: z.output<I>) => Effect;
  },
): RunTool {
  const { probe, effectOf: effectIn } = definition;
  return Object.freeze({
    ...base(definition),
    kind: "run" as const,
    run: async (input: JsonValue, context: ToolContext) =>
      definition.run(definition.input.parse(input), context),
    ...(effectIn === undefined
      ? {}
      : { effectOf: (input: JsonValue) => effectIn(definition.input.parse(input)) }),
    ...(probe === undefined
      ? {}
      : {
          probe: async (input: JsonValue, context: ToolContext) =>
            probe(definition.input.parse(input), context),
        }),
  });
}

/** Defines a durable timer from a zod schema. */
export function defineTimer<I extends z.ZodType, O extends z.ZodType>(
  definition: Definition<I, O> & { due(input: z.output<I>, now: number): number },
): TimerTool {
  return Object.freeze({
    ...base(definition),
    kind: "timer" as const,
    due: (input: JsonValue, now: number) => definition.due(definition.input.parse(input), now),
  });
}

/** Defines a question to a person from zod schemas. */
export function defineInput<I extends z.ZodType, O extends z.ZodType>(
  definition: Omit<Definition<I, O>, "effect" | "timeoutMs">,
): InputTool {
  return Object.freeze({ ...base({ ...definition, effect: "pure" }), kind: "input" as const });
}

/** Defines a tool for tasks from zod schemas. */
export function defineTasks<I extends z.ZodType, O extends z.ZodType>(
  definition: Omit<Definition<I, O>, "effect" | "timeoutMs"> & {
    plan(input: z.output<I>): TasksPlan;
  },
): TasksTool {
  return Object.freeze({
    ...base({ ...definition, effect: "idempotent" }),
    kind: "tasks" as const,
    plan: (input: JsonValue) => definition.plan(definition.input.parse(input)),
  });
}

/** Returns the effect of a call with these arguments, which decides whether it may be repeated. */
export function effectOf(tool: Tool, input: JsonValue): Effect {
  return tool.effectOf?.(input) ?? tool.effect;
}

function base<I extends z.ZodType, O extends z.ZodType>(definition: Definition<I, O>): ToolBase {
  return {
    name: definition.name,
    description: definition.description,
    effect: definition.effect,
    ...defined({
      approval: definition.approval,
      untrusted: definition.untrusted,
      memory: definition.memory,
    }),
    timeoutMs: definition.timeoutMs ?? DEFAULT_TOOL_TIMEOUT_MS,
    inputSchema: schemaOf(definition.input, "input"),
    outputSchema: schemaOf(definition.output, "output"),
    checkInput: (value) => check(definition.input, value),
    checkOutput: (value) => check(definition.output, value),
  };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const json: unknown = z.toJSONSchema(schema, { io });
  return isJsonObject(json) ? json : {};
}

function check(schema: z.ZodType, value: unknown): Checked {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { ok: true, value: value as JsonValue }
    : { ok: false, reason: schemaReason(parsed.error) };
}
