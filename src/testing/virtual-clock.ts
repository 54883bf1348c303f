/** A clock that stands still while code runs, and its timers. Times are milliseconds since the epoch. */

/** Who set a timer: a process of the run, and the tool whose code did. */
export interface TimerOwner {
  readonly process: object | null;
  readonly tool: string | null;
}

/** A timer of the clock. It has what Node's timers have, so code that holds one works unchanged. */
export class VirtualTimer {
  readonly id: number;
  readonly owner: TimerOwner;
  at: number;
  readonly #clock: VirtualClock;
  readonly #ms: number;
  readonly #repeats: boolean;
  readonly #run: () => void;

  constructor(clock: VirtualClock, id: number, timing: Timing, run: () => void) {
    this.#clock = clock;
    this.id = id;
    this.owner = timing.owner;
    this.#ms = timing.ms;
    this.#repeats = timing.repeats;
    this.#run = run;
    this.at = clock.now + timing.ms;
  }

  /** Runs the timer's function, and starts an interval again. */
  fire(): void {
    if (this.#repeats) {
      this.refresh();
    }
    this.#run();
  }

  refresh(): this {
    this.at = this.#clock.now + this.#ms;
    this.#clock.add(this);
    return this;
  }

  close(): this {
    this.#clock.clear(this);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

interface Timing {
  /** Whole milliseconds, at least 0. */
  readonly ms: number;
  readonly repeats: boolean;
  readonly owner: TimerOwner;
}

/** Node runs a timer with a longer delay at once. */
const MAX_DELAY_MS = 2_147_483_647;

/** The clock of one simulation. */
export class VirtualClock {
  now: number;
  /** How often a timer was set or cleared: shows that code made progress. */
  changes = 0;
  #lastId = 0;
  readonly #timers = new Set<VirtualTimer>();

  constructor(now: number) {
    this.now = now;
  }

  /** Sets a timer. */
  set(delay: number, repeats: boolean, owner: TimerOwner, run: () => void): VirtualTimer {
    const rounded = Number.isFinite(delay) ? Math.max(0, Math.trunc(delay)) : 0;
    const ms = rounded > MAX_DELAY_MS ? 1 : Math.max(repeats ? 1 : 0, rounded);
    this.#lastId += 1;
    const timer = new VirtualTimer(this, this.#lastId, { ms, repeats, owner }, run);
    this.add(timer);
    return timer;
  }

  add(timer: VirtualTimer): void {
    this.changes += 1;
    this.#timers.add(timer);
  }

  clear(timer: VirtualTimer | number): void {
    this.changes += 1;
    for (const one of this.#timers) {
      if (one === timer || one.id === timer) {
        this.#timers.delete(one);
      }
    }
  }

  /** Forgets the timers of a process that died. */
  clearAllOf(process: object): void {
    for (const timer of this.#timers) {
      if (timer.owner.process === process) {
        this.#timers.delete(timer);
      }
    }
  }

  /** Returns the timer that is due first; of those due at once, the one set first. */
  get earliest(): VirtualTimer | null {
    let first: VirtualTimer | null = null;
    for (const timer of this.#timers) {
      if (first === null || timer.at < first.at || (timer.at === first.at && timer.id < first.id)) {
        first = timer;
      }
    }
    return first;
  }

  /** Returns the tools whose code has set timers, each once. */
  get waitingTools(): readonly string[] {
    const tools = [...this.#timers].map(({ owner }) => owner.tool).filter((tool) => tool !== null);
    return [...new Set(tools)];
  }

  /** Moves the clock to a time, never back. */
  advance(to: number): void {
    this.now = Math.max(this.now, to);
  }

  /** Fires a timer, at the time that it is due. */
  fire(timer: VirtualTimer): void {
    this.advance(timer.at);
    this.clear(timer);
    timer.fire();
  }
}
