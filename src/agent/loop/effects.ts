/**
 * The effects port: all that a slice of a run does to the world, and all that it learns from it.
 * The loop takes it as an argument, so a test can drive a run by hand and stop it anywhere.
 */
import type { RetryPolicy } from "../../run/value/backoff.ts";
import type { NewEvent } from "../../run/log/event.ts";
import type { Price } from "../../run/spec/price.ts";
import type { RunState } from "../../run/log/state.ts";
import type { JsonValue } from "../../run/value/json.ts";
import type { LlmClient } from "../llm/client.ts";
import type { Need } from "./reserve.ts";
import type { Checked } from "../tools/tool.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";
import type { Toolbox } from "../tools/registry.ts";
import type { KeptPage } from "../tools/tool.ts";

export interface Effects {
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 to 1. */
  random(): number;
  /**
   * What the log amounts to now, or null if this slice may not write any more: the run has ended,
   * or a newer slice has it.
   */
  state(): RunState | null;
  /** Appends to the log in one synchronous transaction; does nothing where `state` is null. */
  append(events: readonly NewEvent[]): void;
  /** Keeps a text that is too long for an event, under its SHA-256 as lower-case hex. */
  keep(sha256: string, text: string): void;
  /** At most `limit` characters of a kept text from `offset` on; null if none is kept by that name. */
  kept(sha256: string, offset: number, limit: number): KeptPage | null;
  /**
   * Resolves once all that was appended would survive a crash. Needed before an effect inside this
   * process; requests that leave it are held back by the platform until then.
   */
  durable(): Promise<void>;
  /** Whether there are budgets above the run, of which a model call must be granted its cost. */
  budgeted(): boolean;
  /** Asks those budgets; what is granted stays held back until what was spent is told. */
  reserve(need: Need): Promise<ReserveAnswer>;
  /** Whether the run has taken a slot of its tenant's: under a cap, it asks a model only with one. */
  slotHeld(): boolean;
  /** Takes a slot; null if the run may work. It is given back when the run waits or is over. */
  takeSlot(): Promise<SlotRefusal | null>;
  /** Whether anybody watches the run live, so that streamed text is worth storing. */
  watched(): boolean;
  /**
   * What `look` finds in the log, now or as it grows; null if it finds nothing for so many
   * milliseconds, or the slice may not write any more.
   */
  until<T>(look: (state: RunState) => T | null, ms: number): Promise<T | null>;
  /** Reports a fault of ours, for operators; the log gets a plain sentence. */
  fault(name: string, error: unknown): void;
  /** Aborted when the run is cancelled or its time is up. */
  readonly signal: AbortSignal;
}

export type ReserveAnswer =
  /** `capped` says whether there is any budget to keep to. */
  | { readonly ok: true; readonly sum: number; readonly capped: boolean }
  /** Which budget has not enough left, and when it begins anew (RFC 3339). */
  | {
      readonly ok: false;
      readonly limit: string;
      readonly cap_usd: number;
      readonly until: string;
    };

/** Which cap on concurrency is used up, and when the run asks again if nobody wakes it (RFC 3339). */
export interface SlotRefusal {
  readonly limit: string;
  readonly until: string;
}

/** What a slice works with; fixed for the life of the run's process. */
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
  /** What tools reach the network by. */
  readonly fetch: GuardedFetch;
  readonly settings: LoopSettings;
  /** What a model costs, by its id with the provider; null where nobody knows. */
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
