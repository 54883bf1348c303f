/**
 * One slice of a run's work: it may write to the log until it is closed, the run ends, or a newer
 * slice has begun. So a call that comes back late cannot write.
 */
import type { Effects, ReserveAnswer, SlotRefusal } from "../../agent/loop/effects.ts";
import { runSlice, type SliceEnd } from "../../agent/loop/loop.ts";
import type { Need } from "../../agent/loop/reserve.ts";
import type { Deps } from "./deps.ts";
import type { NewEvent } from "../../run/log/event.ts";
import { deadline, durationMet } from "../../run/decide/limits.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import type { RunState } from "../../run/log/state.ts";
import type { RunBudgets } from "./budgets.ts";
import type { EventLog, StoredEvent } from "./event-log.ts";
import type { RunSlot } from "./run-slot.ts";

/** What a slice needs of its object. */
export interface SliceHost {
  readonly publish: (events: readonly StoredEvent[]) => void;
  readonly watched: () => boolean;
  readonly durable: () => Promise<void>;
  readonly keep: (sha256: string, text: string) => void;
  /** The budgets above the run. */
  readonly budgets: Pick<RunBudgets, "active" | "capped" | "reserve" | "settle">;
  /** The run's slot under its tenant's caps on concurrency. */
  readonly slot: Pick<RunSlot, "held" | "take">;
  /** Work that nobody awaits. */
  readonly aside: (work: Promise<unknown>) => void;
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
  /** Who waits for the log to grow. */
  readonly #looking = new Set<() => void>();
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
    try {
      return await runSlice(opening, this.#deps.plannerFor(spec.config.planner), tools, this);
    } finally {
      this.#host.aside(tools.close());
    }
  }

  /** Ends the slice's right to write, and aborts what it has in flight. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#abort.abort();
    this.told();
  }

  /** The log has grown by what comes from outside, or will grow no more. */
  told(): void {
    for (const look of this.#looking) {
      look();
    }
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

  budgeted(): boolean {
    return this.#host.budgets.active;
  }

  reserve(need: Need): Promise<ReserveAnswer> {
    return this.#host.budgets.reserve(need);
  }

  slotHeld(): boolean {
    return this.#host.slot.held;
  }

  takeSlot(): Promise<SlotRefusal | null> {
    return this.#host.slot.take();
  }

  kept(sha256: string, offset: number, limit: number): ReturnType<Effects["kept"]> {
    return this.#host.kept(sha256, offset, limit);
  }

  durable(): Promise<void> {
    return this.#host.durable();
  }

  async until<T>(look: (state: RunState) => T | null, ms: number): Promise<T | null> {
    const found = Promise.withResolvers<T | null>();
    const again = (): void => {
      const state = this.signal.aborted ? null : this.state();
      const value = state === null ? null : look(state);
      if (state === null || value !== null) {
        found.resolve(value);
      }
    };
    const clock = setTimeout(() => found.resolve(null), ms);
    this.#looking.add(again);
    this.signal.addEventListener("abort", again, { once: true });
    again();
    try {
      return await found.promise;
    } finally {
      clearTimeout(clock);
      this.#looking.delete(again);
      this.signal.removeEventListener("abort", again);
    }
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
    this.told();
    this.#watchDeadline();
    const spent = events.some((e) => e.type === "usage.recorded" && e.data.cost_micro_usd > 0);
    if (spent && this.#host.budgets.capped) {
      // What was not spent is free for others at once.
      this.#host.aside(this.#host.budgets.settle());
    }
  }

  /** The run's limits may have changed: its time is looked at anew. */
  limitsChanged(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#watchDeadline();
  }

  /** Aborts what is in flight when the run's time is up; the loop then sees to what follows. */
  #watchDeadline(): void {
    if (this.#deadline === undefined && this.#log.state.status === "running") {
      const now = this.now();
      // One millisecond late rather than early: then the cap is reached when the loop looks.
      const pause = Math.min(MAX_TIMER_MS, deadline(this.#log.state, now) - now + 1);
      this.#deadline = setTimeout(() => this.#look(), pause);
    }
  }

  #look(): void {
    this.#deadline = undefined;
    const state = this.state();
    if (state !== null && durationMet(state, this.now()) !== null) {
      this.#abort.abort();
    } else if (state !== null) {
      this.#watchDeadline();
    }
  }
}

function specIn(events: readonly NewEvent[]): RunSpec | null {
  const [first] = events;
  return first?.type === "run.created" ? first.data : null;
}
