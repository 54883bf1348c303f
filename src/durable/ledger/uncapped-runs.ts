/**
 * The runs that were granted a call without a budget, and so do not ask again for a while. A new or
 * lower budget must bind them at their next model call, so the ledger notifies them. In memory
 * only: it costs no rows, and a fresh process knows that it does not know the earlier ones.
 */

/** Time before a run without budgets asks again, milliseconds. */
export const UNCAPPED_MS = 60_000;
/** Entries beyond which expired ones are removed. */
const MAX_ENTRIES = 1000;

export class UncappedRuns {
  readonly #now: () => number;
  readonly #since: number;
  /** When each run asks again by itself, milliseconds. */
  readonly #until = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** Notes that a run got the answer that no budget applies. */
  add(taskId: string): void {
    if (this.#until.size >= MAX_ENTRIES) {
      this.#removeExpired();
    }
    this.#until.set(taskId, this.#now() + UNCAPPED_MS);
  }

  /** Returns the runs that would not ask now, and forgets them. */
  take(): string[] {
    this.#removeExpired();
    const taskIds = [...this.#until.keys()];
    this.#until.clear();
    return taskIds;
  }

  /** Whether an earlier process may have told runs that this one does not know. */
  get mayMissSome(): boolean {
    return this.#now() - this.#since < UNCAPPED_MS;
  }

  #removeExpired(): void {
    const now = this.#now();
    for (const [taskId, until] of this.#until) {
      if (until <= now) {
        this.#until.delete(taskId);
      }
    }
  }
}
