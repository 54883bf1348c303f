/**
 * The effects port: everything that a slice of a run does to the world, and everything it learns
 * from it. The loop takes it as an argument, so a test can drive a run by hand and stop it anywhere.
 * Its parts are grouped by noun and handed on whole: a function takes the ones it uses.
 */
import type { Planner } from "../../run/decide/planner.ts";
import type { NewEvent } from "../../run/log/event.ts";
import type { RunState } from "../../run/log/state.ts";
import type { Price } from "../../run/spec/price.ts";
import type { RetryPolicy } from "../../run/value/backoff.ts";
import type { JsonValue } from "../../run/value/json.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";
import type { LlmClient } from "../llm/client.ts";
import type { Toolbox } from "../tools/registry.ts";
import type { Checked, KeptPage } from "../tools/tool.ts";
import type { Need } from "./reserve.ts";
import type { Watchdog } from "./watchdog.ts";

export interface Effects {
  readonly clock: Clock;
  readonly log: RunLog;
  readonly values: Values;
  readonly budgets: Budgets;
  readonly slot: Slot;
  /** Whether anything watches the run live, so that streamed text is worth storing. */
  watched(): boolean;
  /** Reports a fault of the service to its operators; the log gets a plain sentence. */
  fault(name: string, error: unknown): void;
  /** Aborted when the run is cancelled or its time is up. */
  readonly signal: AbortSignal;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 to 1. */
  random(): number;
}

/** The run's log, as long as the slice may write to it. */
export interface RunLog {
  /** The fold of the log, or null once the slice may not write: the run has ended, or a newer slice has it. */
  state(): RunState | null;
  /** Appends in one synchronous transaction; does nothing where `state` is null. */
  append(events: readonly NewEvent[]): void;
  /**
   * Resolves once everything appended would survive a crash. Needed before an effect inside this
   * process; requests that leave it are held back by the platform until then.
   */
  durable(): Promise<void>;
  /**
   * What `look` finds in the log, now or as it grows; null if it finds nothing within `ms`
   * milliseconds, or the slice may not write any more.
   */
  until<T>(look: (state: RunState) => T | null, ms: number): Promise<T | null>;
}

/** Texts that are too long for an event, by the SHA-256 of their content as lower-case hex. */
export interface Values {
  /** Stores a text; does nothing once the slice may not write. */
  put(sha256: string, text: string): void;
  /** At most `limit` characters from `offset` on; null if there is no such text. */
  read(sha256: string, offset: number, limit: number): KeptPage | null;
}

/** The budgets above the run. */
export interface Budgets {
  /** Whether a priced call must be granted first. */
  readonly active: boolean;
  /** Asks for the cost of a call; what is granted stays reserved until the spending is settled. */
  reserve(need: Need): Promise<ReserveAnswer>;
}

/** The run's slot under its tenant's concurrency limits. */
export interface Slot {
  /** Whether the run has taken a slot since it last waited. */
  readonly held: boolean;
  /** Takes a slot; null if the run may work. It is released when the run waits or ends. */
  take(): Promise<SlotRefusal | null>;
}

/** What every step of a slice works with. */
export interface StepContext {
  readonly planner: Planner;
  readonly tools: RunTools;
  readonly effects: Effects;
  readonly watchdog: Watchdog;
}

export type ReserveAnswer =
  /** `capped` says whether there is any budget to keep to. */
  | { readonly ok: true; readonly sum: number; readonly capped: boolean }
  /** The budget that has too little left, and when its next period begins (RFC 3339). */
  | {
      readonly ok: false;
      readonly limit: string;
      readonly cap_usd: number;
      readonly until: string;
    };

/** The concurrency limit that is used up, and when the run asks again unless it is woken (RFC 3339). */
export interface SlotRefusal {
  readonly limit: string;
  readonly until: string;
}

/** The models and tools of a run; fixed for the life of its process. */
export interface RunTools {
  /** The client of a model, by its id with the provider. */
  llmFor(model: string): LlmClient;
  /** The tools of the run, as far as its MCP servers are known. */
  toolboxAt(state: Pick<RunState, "mcp">): Toolbox;
  /** What these MCP servers offer, as events. Does not reject. */
  listServers(
    servers: readonly string[],
    state: RunState,
    signal: AbortSignal,
  ): Promise<readonly NewEvent[]>;
  /** Ends the connections that were kept between calls; takes a few seconds at most. */
  close(): Promise<void>;
  /** The network, for tools. */
  readonly fetch: GuardedFetch;
  readonly settings: LoopSettings;
  /** The price of a model, by its id with the provider; null where none is known. */
  priceOf(model: string): Price | null;
  /** For an agent whose answer is data: what is wrong with a value, or its checked form. */
  readonly checkAnswer: ((value: JsonValue) => Checked) | null;
}

export interface LoopSettings {
  readonly retry: RetryPolicy;
  /** Longest time a model call may take, milliseconds. */
  readonly modelTimeoutMs: number;
  /** Longest time until a provider begins to answer … */
  readonly modelFirstByteMs: number;
  /** … and until the next piece of an answer comes, milliseconds. */
  readonly modelIdleMs: number;
  /** Streamed text is packed into events of at most this many characters … */
  readonly deltaChars: number;
  /** … or of what came within this time, milliseconds. */
  readonly deltaMs: number;
  /** How long a call that asks a person something is held for the answer, milliseconds. */
  readonly holdMs: number;
}
