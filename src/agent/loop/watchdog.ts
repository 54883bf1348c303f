/**
 * One timer for many consecutive calls. Starting, feeding and stopping are cheap: the timer keeps
 * running and checks, when it fires, whether the current call is overdue.
 */
export class Watchdog {
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires, and when the current call is overdue. */
  #firesAt = Number.POSITIVE_INFINITY;
  #due = Number.POSITIVE_INFINITY;
  #onOverdue: () => void = () => {};

  /** @param now returns milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Calls `onOverdue` after `ms` milliseconds, unless `stop` is called first or `feed` delays it.
   */
  start(ms: number, onOverdue: () => void): void {
    this.#onOverdue = onOverdue;
    this.feed(ms);
  }

  /**
   * Moves the deadline to `ms` milliseconds from now. Only an earlier time than the timer's needs a
   * new timer.
   */
  feed(ms: number): void {
    const now = this.#now();
    this.#due = now + ms;
    if (this.#due < this.#firesAt) {
      clearTimeout(this.#timer);
      this.#wait(ms, now);
    }
  }

  /** Ends the current call. */
  stop(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** Ends the timer, so that it no longer holds the process. */
  close(): void {
    this.stop();
    clearTimeout(this.#timer);
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #wait(ms: number, now: number): void {
    this.#firesAt = now + ms;
    this.#timer = setTimeout(() => this.#check(), ms);
  }

  #check(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = this.#now();
    const left = this.#due - now;
    if (left <= 0) {
      this.stop();
      this.#onOverdue();
    } else if (left !== Number.POSITIVE_INFINITY) {
      this.#wait(left, now);
    }
  }
}
