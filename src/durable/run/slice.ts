/**
 * One slice of a run's work. It may write to the log until it is closed, the run ends, or a newer
 * slice begins. So a late call cannot write.
 */
import type { Effects, RunLog, Values } from "../../agent/loop/effects.ts";
import { runSlice, type SliceEnd } from "../../agent/loop/loop.ts";
import { deadline, reachedDuration } from "../../run/decide/limits.ts";
import { runFailure } from "../../run/value/failure.ts";
import type { NewEvent } from "../../run/log/event.ts";
import type { Folded } from "../../run/log/reduce.ts";
import type { RunState } from "../../run/log/state.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import type { RunBudgets } from "./budgets.ts";
import type { RunContext } from "./context.ts";
import type { Deps } from "./deps.ts";
import type { StoredEvent } from "./storage/event-log.ts";
import type { RunSlot } from "./run-slot.ts";

/** The parts of the object that a slice uses, in addition to the context. */
export interface SliceHost {
  readonly budgets: Pick<RunBudgets, "active" | "settlesEachCall" | "reserve" | "settle">;
  readonly slot: Pick<RunSlot, "held" | "take">;
  readonly gate: Effects["gate"];
  readonly children: Effects["children"];
  readonly parent: Effects["parent"];
  readonly values: Values;
  /** Sends appended events to watchers. */
  readonly publish: (events: readonly StoredEvent[]) => void;
  readonly watched: () => boolean;
}

type SliceContext = Pick<RunContext, "log" | "background"> & {
  readonly storage: Pick<RunContext["storage"], "sync">;
};

/** Maximum delay of a timer, milliseconds. */
const MAX_TIMER_MS = 2_147_483_647;

/** One slice, and the effects that its loop may use. */
export class Slice implements Effects {
  /** Resolves when the slice has ended and its outbox and alarm are done. */
  ended: Promise<void> = Promise.resolve();
  readonly clock: Effects["clock"];
  readonly log: RunLog;
  readonly values: Values;
  readonly budgets: SliceHost["budgets"];
  readonly slot: Effects["slot"];
  readonly gate: Effects["gate"];
  readonly children: Effects["children"];
  readonly parent: Effects["parent"];
  readonly watched: Effects["watched"];
  readonly #context: SliceContext;
  readonly #deps: Deps;
  readonly #publish: SliceHost["publish"];
  readonly #abort = new AbortController();
  readonly #stateChecks = new Set<() => void>();
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** The epoch of this slice; set by its first write. */
  #epoch: number | null = null;

  constructor(context: SliceContext, deps: Deps, host: SliceHost) {
    this.#context = context;
    this.#deps = deps;
    this.#publish = host.publish;
    this.clock = deps;
    this.budgets = host.budgets;
    this.slot = host.slot;
    this.gate = host.gate;
    this.children = host.children;
    this.parent = host.parent;
    this.watched = host.watched;
    this.log = {
      state: () => this.#state(),
      append: (events, folded) => this.#append(events, folded),
      durable: () => context.storage.sync(),
      until: (check, ms) => this.#until(check, ms),
    };
    this.values = {
      put: (sha256, text) => {
        if (this.#state() !== null) {
          host.values.put(sha256, text);
        }
      },
      read: (sha256, offset, limit) => host.values.read(sha256, offset, limit),
    };
  }

  /**
   * Runs the loop until the run ends or pauses.
   * @param opening events that create the run; empty for an existing run
   */
  async run(opening: readonly NewEvent[]): Promise<SliceEnd> {
    const { state } = this.#context.log;
    const spec = state.spec ?? specIn(opening);
    if (spec === null) {
      return { kind: "over" };
    }
    const planner = this.#deps.plannerFor(spec.config.planner);
    if (planner === null) {
      const message = `The planner ${spec.config.planner} no longer exists in this deployment.`;
      const failed = runFailure("planner_unavailable", message);
      this.log.append([...opening, { type: "run.failed", data: failed }]);
      return { kind: "over" };
    }
    const tools = this.#deps.toolsFor(spec, () => this.#context.log.state.scripted);
    try {
      return await runSlice(opening, planner, tools, this);
    } finally {
      this.#context.background(tools.close());
    }
  }

  /** Ends the slice: it can write no more, and its calls are aborted. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#abort.abort();
    this.onLogChanged();
  }

  /** Called when the log has grown, or when this slice loses access to it. */
  onLogChanged(): void {
    for (const check of this.#stateChecks) {
      check();
    }
  }

  /** Called when the run's limits may have changed: sets the deadline again. */
  onLimitsChanged(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#watchDeadline();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  fault(name: string, error: unknown): void {
    this.#deps.observer.fault(name, error);
  }

  #state(): RunState | null {
    const { state } = this.#context.log;
    const current = this.#epoch === null || state.epoch === this.#epoch;
    return state.end === null && current && !this.#closed ? state : null;
  }

  #append(events: readonly NewEvent[], folded?: Folded): void {
    const { log, background } = this.#context;
    if (events.length === 0 || this.#state() === null) {
      return;
    }
    this.#publish(log.append(events, folded?.now ?? this.clock.now(), folded));
    this.#epoch = log.state.epoch;
    this.onLogChanged();
    this.#watchDeadline();
    const spent = events.some((e) => e.type === "usage.recorded" && e.data.cost_micro_usd > 0);
    if (spent && this.budgets.settlesEachCall) {
      // Other runs can use the unspent part of the reservation at once.
      background(this.budgets.settle());
    }
  }

  async #until<T>(check: (state: RunState) => T | null, ms: number): Promise<T | null> {
    const found = Promise.withResolvers<T | null>();
    const again = (): void => {
      const state = this.signal.aborted ? null : this.#state();
      const value = state === null ? null : check(state);
      if (state === null || value !== null) {
        found.resolve(value);
      }
    };
    const clock = setTimeout(() => found.resolve(null), ms);
    this.#stateChecks.add(again);
    this.signal.addEventListener("abort", again, { once: true });
    again();
    try {
      return await found.promise;
    } finally {
      clearTimeout(clock);
      this.#stateChecks.delete(again);
      this.signal.removeEventListener("abort", again);
    }
  }

  /** Aborts the calls at the run's deadline; the loop then decides what to do. */
  #watchDeadline(): void {
    const { state } = this.#context.log;
    if (this.#deadline === undefined && state.status === "running") {
      const now = this.clock.now();
      // One millisecond late rather than early, so that the limit is reached when the loop checks.
      const pause = Math.min(MAX_TIMER_MS, deadline(state, now) - now + 1);
      this.#deadline = setTimeout(() => this.#onDeadline(), pause);
    }
  }

  #onDeadline(): void {
    this.#deadline = undefined;
    const state = this.#state();
    if (state !== null && reachedDuration(state, this.clock.now()) !== null) {
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
