/**
 * One timer for many calls, one after the other: starting and stopping it costs nothing, since
 * the timer is left running and looks, when it fires, whether the call it finds is overdue.
 */
export class Watchdog {
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Number.POSITIVE_INFINITY;
  #bark: () => void = () => {};

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls `bark` after `ms`, unless `stop` comes first. */
  start(ms: number, bark: () => void): void {
    this.#due = this.#now() + ms;
    this.#bark = bark;
    this.#timer ??= setTimeout(() => this.#look(), ms);
  }

  /** The call is over. */
  stop(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** Ends the timer; nothing holds the process any more. */
  close(): void {
    this.stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const left = this.#due - this.#now();
    if (left <= 0) {
      this.stop();
      this.#bark();
    } else if (left !== Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#look(), left);
    }
  }
}
