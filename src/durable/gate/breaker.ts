/**
 * The circuit breaker of one provider: it opens after many failures of different tasks, lets one
 * call through as a probe after a pause, and lets more through with each success. Failures count
 * only if they say something about the provider: a rejected key or a rejected request does not.
 * Times are milliseconds since the epoch.
 */
import type { ModelFailureCode } from "../../run/value/failure.ts";
import type { BreakerState } from "../../run/value/provider-gate.ts";

/** Failures that count. */
const COUNTED: ReadonlySet<ModelFailureCode> = new Set<ModelFailureCode>([
  "overloaded",
  "server_error",
  "connection_failed",
  "timeout",
  "cut_stream",
]);

/** Outcomes of the last this many milliseconds count … */
const WINDOW_MS = 30_000;
/** … and of these at most the newest. */
const MAX_OUTCOMES = 200;
/** The breaker opens after this many failures … */
const MIN_FAILURES = 5;
/** … of this many tasks: a request that one provider cannot answer is no fault of the provider … */
const MIN_TASKS = 3;
/** … if they are this part of all outcomes. */
const FAILED_SHARE = 0.5;
/** The pause doubles with each failed probe, up to this multiple of the first one. */
const MAX_PAUSE = 12;
/** With this many calls at once and no failure, the breaker is closed. */
const CLOSED_FROM = 32;

/** A breaker as it is stored. */
export interface StoredBreaker {
  readonly state: BreakerState;
  /** While it is open: when it lets a probe through. */
  readonly openUntil: number;
  readonly pauseMs: number;
  /** While it is half open: how many calls may run at once. */
  readonly window: number;
}

interface Outcome {
  readonly at: number;
  readonly task: string;
  readonly ok: boolean;
}

export class Breaker {
  readonly #firstPauseMs: number;
  #stored: StoredBreaker;
  // Not persisted: a new process counts again.
  #outcomes: readonly Outcome[] = [];

  /** @param firstPauseMs time from opening to the first probe, milliseconds */
  constructor(firstPauseMs: number, stored: StoredBreaker | null) {
    this.#firstPauseMs = firstPauseMs;
    this.#stored = stored ?? this.#closed();
  }

  get stored(): StoredBreaker {
    return this.#stored;
  }

  /**
   * Returns when a call may pass: 0 for now, Infinity for after another call has ended. An open
   * breaker whose pause is over becomes half open.
   * @param inFlight calls that passed and have not ended
   */
  passAt(inFlight: number, now: number): number {
    const { state, openUntil, window } = this.#stored;
    if (state === "closed") {
      return 0;
    }
    if (state === "open" && now < openUntil) {
      return openUntil;
    }
    return inFlight < (state === "open" ? 1 : window) ? 0 : Number.POSITIVE_INFINITY;
  }

  /** Notes that a call passes. */
  passed(): void {
    if (this.#stored.state === "open") {
      this.#stored = { ...this.#stored, state: "half_open", window: 1 };
    }
  }

  /**
   * Notes a reply. The success of a call that was sent before the breaker opened closes nothing.
   * @param waiting whether other calls wait; if none does, one success closes the breaker
   */
  succeeded(task: string, waiting: boolean, now: number): void {
    this.#note({ at: now, task, ok: true });
    const { state, window } = this.#stored;
    if (state === "half_open") {
      const isClosed = !waiting || window >= CLOSED_FROM;
      this.#stored = isClosed ? this.#closed() : { ...this.#stored, window: window + 1 };
    }
  }

  /**
   * Notes a failure.
   * @param passed whether the gate had let the call through
   */
  failed(task: string, code: ModelFailureCode, passed: boolean, now: number): void {
    if (!COUNTED.has(code)) {
      return;
    }
    const { state, pauseMs } = this.#stored;
    if (state === "half_open" && passed) {
      const next = Math.min(pauseMs * 2, this.#firstPauseMs * MAX_PAUSE);
      this.#stored = { state: "open", openUntil: now + pauseMs, pauseMs: next, window: 1 };
      return;
    }
    if (!passed) {
      // Calls that did not ask are only known when they fail, so they prove no share of failures.
      return;
    }
    this.#note({ at: now, task, ok: false });
    const failures = this.#outcomes.filter(({ ok }) => !ok);
    const tasks = new Set(failures.map((outcome) => outcome.task));
    const isMany = failures.length >= MIN_FAILURES && tasks.size >= MIN_TASKS;
    if (state === "closed" && isMany && failures.length >= this.#outcomes.length * FAILED_SHARE) {
      this.#outcomes = [];
      this.#stored = {
        state: "open",
        openUntil: now + this.#firstPauseMs,
        pauseMs: this.#firstPauseMs,
        window: 1,
      };
    }
  }

  #note(outcome: Outcome): void {
    const from = outcome.at - WINDOW_MS;
    this.#outcomes = [...this.#outcomes.filter(({ at }) => at > from), outcome].slice(
      -MAX_OUTCOMES,
    );
  }

  #closed(): StoredBreaker {
    return { state: "closed", openUntil: 0, pauseMs: this.#firstPauseMs, window: 1 };
  }
}
