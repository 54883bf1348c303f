/**
 * One limit per minute as a bucket that refills continuously. Callers take what a call may use
 * before they send it, and correct the amount afterwards. Times are milliseconds since the epoch.
 */

/**
 * Part of the limit that the bucket holds and refills with. The rest covers the time between a grant
 * and the provider's own count.
 */
const USED_SHARE = 0.985;
const MINUTE_MS = 60_000;

/** A bucket as it is stored. */
export interface StoredBucket {
  readonly limit: number;
  readonly level: number;
  readonly at: number;
}

export class Bucket {
  #limit: number;
  #level: number;
  #at: number;

  constructor({ limit, level, at }: StoredBucket) {
    this.#limit = limit;
    this.#level = Math.min(level, this.#most);
    this.#at = at;
  }

  /** Units per minute. */
  get limit(): number {
    return this.#limit;
  }

  /** Returns what is left. It is negative if calls used more than they took. */
  level(now: number): number {
    // A clock that went back adds nothing.
    const passed = Math.max(0, now - this.#at);
    this.#level = Math.min(this.#most, this.#level + passed * this.#perMs);
    this.#at = Math.max(this.#at, now);
    return this.#level;
  }

  /**
   * Returns the milliseconds until `amount` can be taken; 0 for now. A call that needs more than the
   * limit needs a full bucket.
   */
  wait(amount: number, now: number): number {
    const missing = Math.min(amount, this.#most) - this.level(now);
    return missing <= 0 ? 0 : Math.ceil(missing / this.#perMs);
  }

  /** Takes units, or gives back those that were not used if the amount is negative. */
  take(amount: number, now: number): void {
    this.#level = Math.min(this.#most, this.level(now) - amount);
  }

  /** Notes what a response states. Fewer units left mean that others use the same account. */
  learn(limit: number | undefined, remaining: number | undefined, now: number): void {
    this.level(now);
    if (limit !== undefined && limit !== this.#limit) {
      const raised = Math.max(0, limit - this.#limit);
      this.#limit = limit;
      this.#level = Math.min(this.#most, this.#level + raised);
    }
    if (remaining !== undefined) {
      this.#level = Math.min(this.#level, Math.max(0, remaining));
    }
  }

  get stored(): StoredBucket {
    return { limit: this.#limit, level: this.#level, at: this.#at };
  }

  /** At least one unit, or a limit of one would let nothing through. */
  get #most(): number {
    return Math.max(1, this.#limit * USED_SHARE);
  }

  get #perMs(): number {
    return (this.#limit * USED_SHARE) / MINUTE_MS;
  }
}
