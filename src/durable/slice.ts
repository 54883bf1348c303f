/**
 * One slice of a run's work: it may write to the log until it is closed, the run ends, or a newer
 * slice has begun. So a call that comes back late cannot write.
 */
import type { Effects } from "../agent/effects.ts";
import { runSlice, type SliceEnd } from "../agent/loop.ts";
import type { Deps } from "../deps.ts";
import type { NewEvent } from "../run/event.ts";
import { deadline } from "../run/limits.ts";
import type { RunSpec } from "../run/spec.ts";
import type { RunState } from "../run/state.ts";
import type { EventLog, StoredEvent } from "./event-log.ts";

/** What a slice needs of its object. */
export interface SliceHost {
  readonly publish: (events: readonly StoredEvent[]) => void;
  readonly watched: () => boolean;
  readonly durable: () => Promise<void>;
  readonly keep: (sha256: string, text: string) => void;
  readonly kept: Effects["kept"];
}

/** Timers hold at most this many milliseconds. */
const MAX_TIMER_MS = 2_147_483_647;

export class Slice implements Effects {
  /** Resolves when the slice has ended and what follows is done. */
  ended: Promise<void> = Promise.resolve();
  readonly #log: EventLog;
  readonly #deps: Deps;
  readonly #host: SliceHost;
  readonly #abort = new AbortController();
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** The epoch this slice writes in; set by its first write. */
  #epoch: number | null = null;

  constructor(log: EventLog, deps: Deps, host: SliceHost) {
    this.#log = log;
    this.#deps = deps;
    this.#host = host;
  }

  /** @param opening events that create the run; none for one that exists */
  async run(opening: readonly NewEvent[]): Promise<SliceEnd> {
    const spec = this.#log.state.spec ?? specIn(opening);
    if (spec === null) {
      return { kind: "over" };
    }
    const tools = this.#deps.toolsFor(spec, () => this.#log.state.scripted);
    return runSlice(opening, this.#deps.plannerFor(spec.config.planner), tools, this);
  }

  /** Ends the slice's right to write, and aborts what it has in flight. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#abort.abort();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  now(): number {
    return this.#deps.now();
  }

  random(): number {
    return this.#deps.random();
  }

  watched(): boolean {
    return this.#host.watched();
  }

  keep(sha256: string, text: string): void {
    if (this.state() !== null) {
      this.#host.keep(sha256, text);
    }
  }

  kept(sha256: string, offset: number, limit: number): ReturnType<Effects["kept"]> {
    return this.#host.kept(sha256, offset, limit);
  }

  durable(): Promise<void> {
    return this.#host.durable();
  }

  fault(name: string, error: unknown): void {
    this.#deps.observer.fault(name, error);
  }

  state(): RunState | null {
    const { state } = this.#log;
    const current = this.#epoch === null || state.epoch === this.#epoch;
    return state.end === null && current && !this.#closed ? state : null;
  }

  append(events: readonly NewEvent[]): void {
    if (events.length === 0 || this.state() === null) {
      return;
    }
    this.#host.publish(this.#log.append(events, this.now()));
    this.#epoch = this.#log.state.epoch;
    this.#watchDeadline();
  }

  /** Aborts what is in flight when the run's time is up; the loop then ends the run. */
  #watchDeadline(): void {
    if (this.#deadline === undefined && this.#log.state.status === "running") {
      const now = this.now();
      // One millisecond late rather than early: then the cap is reached when the loop looks.
      const pause = Math.min(MAX_TIMER_MS, deadline(this.#log.state, now) - now + 1);
      this.#deadline = setTimeout(() => this.#abort.abort(), pause);
    }
  }
}

function specIn(events: readonly NewEvent[]): RunSpec | null {
  const [first] = events;
  return first?.type === "run.created" ? first.data : null;
}
