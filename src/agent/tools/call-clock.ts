/** The timeout of one tool call. It is paused while the call waits for a person's answer. */
export class CallClock {
  readonly #late: () => void;
  #left: number;
  #since = 0;
  #started = false;
  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, late: () => void) {
    this.#left = ms;
    this.#late = late;
  }

  /** True while the timeout is paused. */
  get held(): boolean {
    return this.#asking > 0;
  }

  start(): void {
    this.#started = true;
    if (!this.held) {
      this.#since = Date.now();
      this.#timer = setTimeout(this.#late, this.#left);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#started = false;
  }

  /** Runs work that does not count towards the timeout. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    if (this.#started && !this.held) {
      clearTimeout(this.#timer);
      this.#left = Math.max(0, this.#left - (Date.now() - this.#since));
    }
    this.#asking += 1;
    try {
      return await work();
    } finally {
      this.#asking -= 1;
      if (this.#started && !this.held) {
        this.start();
      }
    }
  }
}
