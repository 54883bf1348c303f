/**
 * One timer for many calls, one after the other: starting, feeding and stopping it costs nothing,
 * since the timer is left running and looks, when it fires, whether the call it finds is overdue.
 */
export class Watchdog {
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires, and when it would have something to bark at. */
  #firesAt = Number.POSITIVE_INFINITY;
  #due = Number.POSITIVE_INFINITY;
  #bark: () => void = () => {};

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls `bark` after `ms`, unless `stop` comes first, or `feed` puts it off. */
  start(ms: number, bark: () => void): void {
    this.#bark = bark;
    this.feed(ms);
  }

  /** Now it is `ms` from here. Only a moment earlier than the timer's own needs another timer. */
  feed(ms: number): void {
    const now = this.#now();
    this.#due = now + ms;
    if (this.#due < this.#firesAt) {
      clearTimeout(this.#timer);
      this.#wait(ms, now);
    }
  }

  /** The call is over. */
  stop(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** Ends the timer; nothing holds the process any more. */
  close(): void {
    this.stop();
    clearTimeout(this.#timer);
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #wait(ms: number, now: number): void {
    this.#firesAt = now + ms;
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = this.#now();
    const left = this.#due - now;
    if (left <= 0) {
      this.stop();
      this.#bark();
    } else if (left !== Number.POSITIVE_INFINITY) {
      this.#wait(left, now);
    }
  }
}
