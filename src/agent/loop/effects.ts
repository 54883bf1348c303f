/**
 * The effects port: everything that a slice of a run does outside the state, and everything it
 * learns from there. The loop takes it as an argument, so a test can drive a run by hand and stop
 * it anywhere. Its parts are grouped by noun; a function takes only those it uses.
 */
import type { RunCommand } from "../../run/decide/command.ts";
import type { Planner } from "../../run/decide/planner.ts";
import type { NewEvent } from "../../run/log/event.ts";
import type { Folded } from "../../run/log/reduce.ts";
import type { RunState } from "../../run/log/state.ts";
import type { ScheduleDesk } from "../../run/schedule/desk.ts";
import type { Price } from "../../run/spec/price.ts";
import type { TaskOrder, TaskOrderAnswer } from "../../run/spec/task-order.ts";
import type { RetryPolicy } from "../../run/value/backoff.ts";
import type { ModelFailure } from "../../run/value/failure.ts";
import type { JsonValue } from "../../run/value/json.ts";
import type { ReportedLimits } from "../../run/value/rate-limits.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";
import type { LlmClient } from "../llm/client.ts";
import type { Toolbox } from "../tools/registry.ts";
import type { Checked, KeptPage, SecretLookup } from "../tools/tool.ts";
import type { RunFiles } from "./files.ts";
import type { Need } from "./reserve.ts";
import type { RunningBody } from "./running-body.ts";
import type { Watchdog } from "./watchdog.ts";

/** All effects of a slice. */
export interface Effects {
  readonly clock: Clock;
  readonly log: RunLog;
  readonly values: Values;
  readonly budgets: Budgets;
  readonly slot: Slot;
  readonly gate: Gate;
  readonly children: Children;
  readonly parent: Parent;
  /** Returns whether the run has live watchers, so that streamed text is worth storing. */
  watched(): boolean;
  /** Reports a fault of the service to its operators. The log gets only a plain sentence. */
  fault(name: string, error: unknown): void;
  /** Aborted when the run is cancelled or reaches its deadline. */
  readonly signal: AbortSignal;
}

/** Time and randomness. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 to 1. */
  random(): number;
}

/** The run's log, while the slice may write to it. */
export interface RunLog {
  /**
   * Returns the fold of the log, or null once the slice may not write: the run has ended, or a
   * newer slice has taken over.
   */
  state(): RunState | null;
  /**
   * Appends in one synchronous transaction. Does nothing if `state` is null.
   * @param folded the fold of these events, if it is known: they are not folded again
   */
  append(events: readonly NewEvent[], folded?: Folded): void;
  /**
   * Resolves once all appended events are durable. Needed before an effect inside this process; the
   * platform holds back outgoing requests until then.
   */
  durable(): Promise<void>;
  /**
   * Returns the first non-null result of `look`, now or as the log grows; null if there is none
   * within `ms` milliseconds, or once the slice may not write.
   */
  until<T>(look: (state: RunState) => T | null, ms: number): Promise<T | null>;
}

/** Texts that are too long for an event, by the SHA-256 of their content as lower-case hex. */
export interface Values {
  /** Stores a text. Does nothing once the slice may not write. */
  put(sha256: string, text: string): void;
  /** Returns at most `limit` characters from `offset` on; null if there is no such text. */
  read(sha256: string, offset: number, limit: number): KeptPage | null;
}

/** The budgets above the run. */
export interface Budgets {
  /** Whether a priced call needs a grant first. */
  readonly active: boolean;
  /** Reserves the cost of a call. The grant stays reserved until the cost is settled. */
  reserve(need: Need): Promise<ReserveAnswer>;
}

/** The run's slot under its tenant's concurrency limits. */
export interface Slot {
  /** Whether the run has taken a slot since it last waited. */
  readonly held: boolean;
  /**
   * Takes a slot. Returns null if the run may work. The slot is released when the run waits or
   * ends.
   */
  take(): Promise<SlotRefusal | null>;
}

/** The gates of the providers: they decide which of the calls that share an account are sent. */
export interface Gate {
  /** Whether a call of this model, `<provider>/<model id>`, asks before it is sent. */
  asksFirst(model: string): boolean;
  /**
   * Asks for a call. Returns null if it may be sent. Never rejects: a gate that cannot be reached
   * lets the call through, which costs a refusal of the provider at most.
   */
  ask(model: string, need: TokenNeed): Promise<GateRefusal | null>;
  /**
   * Reports a call that was sent.
   * @returns whether a retry waits at the gate
   */
  report(model: string, outcome: CallOutcome): Promise<boolean>;
  /** Gives up the run's place: it calls another model now. */
  leave(model: string): void;
}

/** The tokens that a call may use. */
export interface TokenNeed {
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
}

/** A call that waits. Times are milliseconds since the epoch. */
export interface GateRefusal {
  readonly limit: string;
  /** When the run asks again, unless it is woken earlier. */
  readonly until: number;
  /** Estimated time at which the call may be sent. */
  readonly grantAt: number;
}

/** The outcome of a call that was sent. */
export interface CallOutcome {
  /** Null after a reply. */
  readonly failure: ModelFailure | null;
  /** Null if the provider did not count them. */
  readonly used: { readonly inputTokens: number; readonly outputTokens: number } | null;
  /** The limits that the response states; null if it states none. */
  readonly limits: ReportedLimits | null;
  /** Whether the call asked before it was sent. */
  readonly asked: boolean;
}

/** The tasks that the run starts. */
export interface Children {
  /**
   * Submits tasks. Submitting them again changes nothing. Never rejects: a submission that did not
   * succeed is an answer.
   */
  submit(orders: readonly TaskOrder[]): Promise<readonly Submitted[]>;
  /** Returns how those of the tasks ended that have. A task that does not exist has ended. */
  ended(taskIds: readonly string[]): Promise<readonly EndedTask[]>;
  /**
   * Sends a message to a task.
   * @throws ToolStop if the task refuses it
   */
  tell(taskId: string, content: string): Promise<void>;
}

/** The outcome of a submission. `retry`: it is submitted again later. */
export type Submitted = TaskOrderAnswer | { readonly ok: "retry"; readonly message: string };

/** A child that has ended, as it reports itself. */
export type EndedTask = Extract<RunCommand, { kind: "child" }>;

/** The task that started this one. */
export interface Parent {
  /** Whether it was asked in this process. */
  readonly asked: boolean;
  /** Returns whether it still wants this task. A parent that cannot be reached does. */
  wants(): Promise<boolean>;
}

/** The dependencies of every step of a slice. */
export interface StepContext {
  readonly planner: Planner;
  readonly tools: RunTools;
  readonly effects: Effects;
  readonly watchdog: Watchdog;
  readonly body: RunningBody;
}

/** The answer to a reservation. Amounts are micro-dollars, `cap_usd` is dollars. */
export type ReserveAnswer =
  /** `capped`: whether any budget applies. */
  | { readonly ok: true; readonly sum: number; readonly capped: boolean }
  /** The budget that has too little left, and when its next period begins (RFC 3339). */
  | {
      readonly ok: false;
      readonly limit: string;
      readonly cap_usd: number;
      readonly until: string;
      /** The task whose limit it is, for the limit of a tree. */
      readonly task_id?: string;
    };

/**
 * The concurrency limit that is used up, and when the run repeats its request unless it is woken
 * (RFC 3339).
 */
export interface SlotRefusal {
  readonly limit: string;
  readonly until: string;
}

/** The models and tools of a run, fixed for the life of its process. */
export interface RunTools {
  /** Returns the client of a model, by its id with the provider. */
  llmFor(model: string): LlmClient;
  /** Returns the tools of the run, as far as its MCP servers are listed. */
  toolboxAt(state: Pick<RunState, "mcp">): Toolbox;
  /** Lists these MCP servers and returns the listings as events. Never rejects. */
  listServers(
    servers: readonly string[],
    state: RunState,
    signal: AbortSignal,
  ): Promise<readonly NewEvent[]>;
  /** The files of the run; null if it has none. */
  readonly files: RunFiles | null;
  /** Reads the run's memory stores and returns what it recalls as an event. Never rejects. */
  recall(state: RunState): Promise<readonly NewEvent[]>;
  /** Closes the connections that stayed open between calls. Takes a few seconds at most. */
  close(): Promise<void>;
  /** Network access for tools. */
  readonly fetch: GuardedFetch;
  /** The secrets of the run's tenant. */
  readonly secrets: SecretLookup;
  /** Makes schedules for the run. Absent: the deployment has none. */
  readonly schedules?: ScheduleDesk;
  readonly settings: LoopSettings;
  /** Returns the price of a model, by its id with the provider; null if none is known. */
  priceOf(model: string): Price | null;
  /** For an agent whose answer is data: validates a value. Null for any other agent. */
  readonly checkAnswer: ((value: JsonValue) => Checked) | null;
}

/** Time limits and sizes of the loop. */
export interface LoopSettings {
  readonly retry: RetryPolicy;
  /** Maximum time that one model call waits for its provider, milliseconds. */
  readonly providerWaitMs: number;
  /** Maximum duration of a model call, milliseconds. */
  readonly modelTimeoutMs: number;
  /** Maximum time until a provider starts to respond … */
  readonly modelFirstByteMs: number;
  /** … and between two pieces of a reply, milliseconds. */
  readonly modelIdleMs: number;
  /** Streamed text is packed into events of at most this many characters … */
  readonly deltaChars: number;
  /** … or of this period, milliseconds. */
  readonly deltaMs: number;
  /** How long a call that asks a person a question is held for the answer, milliseconds. */
  readonly holdMs: number;
}
