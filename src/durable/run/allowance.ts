/**
 * What the ledger reserved for a run's next model calls, and what is left of it. The run grants
 * itself calls as long as the maximum cost of the next one fits, so the run never spends more than
 * the ledger reserved. In memory only: a new process of the run asks the ledger again. Sums are
 * micro-dollars; `total` is all that the run has spent so far.
 */

/** Time for which a run makes calls from one allowance before it asks again, milliseconds. */
export const ALLOWANCE_MS = 60_000;
/** Calls at their maximum cost that the first allowance of a run is for. Each later one is double. */
const FIRST_CALLS = 2;
/** Calls at their maximum cost that an allowance is for at most. */
const MAX_CALLS = 8;

export class Allowance {
  /** Reserved in the ledger when the run had spent `#base`. */
  #sum = 0;
  #base = 0;
  /** The run makes calls from the allowance until then, milliseconds. */
  #until = 0;
  /** The newest call that was granted, and what the run had spent before it. */
  #call = { sum: 0, base: 0 };
  #calls = FIRST_CALLS;

  /** Returns how much to ask for, if the next call costs at most `most`. */
  wanted(most: number): number {
    return most * this.#calls;
  }

  /**
   * Notes a grant of the ledger, for a call and those after it.
   * @param sum for the call
   * @param lease for the call and those after it; none if it is for the call alone
   * @param until when the run asks again, milliseconds
   */
  granted(sum: number, lease: number | undefined, total: number, until: number): void {
    this.#sum = lease ?? sum;
    this.#base = total;
    this.#until = lease === undefined ? 0 : until;
    this.#call = { sum, base: total };
    this.#calls = lease === undefined ? FIRST_CALLS : Math.min(MAX_CALLS, this.#calls * 2);
  }

  /** Grants a call that costs at most `most`, if the allowance is enough for it. */
  take(most: number, total: number, now: number): boolean {
    if (!this.isOpen(now) || this.left(total) < most) {
      return false;
    }
    this.#call = { sum: most, base: total };
    return true;
  }

  /** Whether the run may make calls from the allowance. */
  isOpen(now: number): boolean {
    return now < this.#until;
  }

  /** Ends the allowance: only the call in progress keeps its reservation. */
  recall(): void {
    this.#until = 0;
  }

  /** What has to stay reserved in the ledger. */
  kept(total: number, now: number): number {
    if (this.isOpen(now)) {
      return this.left(total);
    }
    // The call is in progress until its cost is known.
    return this.#call.base === total ? Math.min(this.#call.sum, this.left(total)) : 0;
  }

  /** What is left of the allowance. */
  left(total: number): number {
    return Math.max(0, this.#sum - (total - this.#base));
  }

  /** Notes that the ledger holds nothing for the run. */
  clear(): void {
    this.#sum = 0;
    this.#until = 0;
    this.#call = { sum: 0, base: 0 };
  }
}
