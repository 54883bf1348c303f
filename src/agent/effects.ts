/**
 * The effects port: all that a slice of a run does to the world, and all that it learns from it.
 * The loop takes it as an argument, so a test can drive a run by hand and stop it anywhere.
 */
import type { RetryPolicy } from "../run/failure.ts";
import type { NewEvent } from "../run/event.ts";
import type { RunState } from "../run/state.ts";
import type { LlmClient } from "./llm/client.ts";
import type { Toolbox } from "./tools/registry.ts";
import type { KeptPage } from "./tools/tool.ts";

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
  /** Whether anybody watches the run live, so that streamed text is worth storing. */
  watched(): boolean;
  /** Reports a fault of ours, for operators; the log gets a plain sentence. */
  fault(name: string, error: unknown): void;
  /** Aborted when the run is cancelled or its time is up. */
  readonly signal: AbortSignal;
}

/** What a slice works with; fixed for the life of the run's process. */
export interface RunTools {
  readonly llm: LlmClient;
  readonly toolbox: Toolbox;
  readonly settings: LoopSettings;
}

export interface LoopSettings {
  readonly retry: RetryPolicy;
  /** Longest time a model call may take, milliseconds. */
  readonly modelTimeoutMs: number;
  /** Streamed text is packed into events of at most this many characters … */
  readonly deltaChars: number;
  /** … or of what came within this time, milliseconds. */
  readonly deltaMs: number;
}
