/**
 * The calls that wait at a gate. Tenants share what is granted by their weights: the next call is
 * one of the tenant that was granted least so far (start-time fair queueing, Goyal, Vin and Cheng,
 * 1996). Within a tenant, the higher priority goes first, then the call that waits longest.
 */

/** Tenants with more than the others have, beyond which the others are forgotten. */
const MAX_TENANTS = 100;

/** A waiting call. */
export interface Waiting {
  readonly task: string;
  readonly tenant: string;
  readonly priority: number;
  /** Since when it waits, milliseconds since the epoch. */
  readonly since: number;
}

export class FairQueue<T extends Waiting> {
  readonly #weightOf: (tenant: string) => number;
  /** Waiting calls of each tenant, the next one last. */
  readonly #waiting = new Map<string, T[]>();
  /** The call of each waiting task. */
  readonly #known = new Map<string, T>();
  /** What each tenant was granted, divided by its weight. Without an entry: `#served`. */
  readonly #granted = new Map<string, number>();
  /** What was granted to the tenant that was served last: newcomers start there. */
  #served = 0;

  /** @param weightOf the share of a tenant, relative to the others */
  constructor(weightOf: (tenant: string) => number) {
    this.#weightOf = weightOf;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Returns the number of waiting calls of a tenant. */
  sizeOf(tenant: string): number {
    return this.#waiting.get(tenant)?.length ?? 0;
  }

  has(task: string): boolean {
    return this.#known.has(task);
  }

  /** Adds a call. A task that waits already keeps its place. */
  add(call: T): void {
    if (this.#known.has(call.task)) {
      return;
    }
    this.#known.set(call.task, call);
    const calls = this.#waiting.get(call.tenant);
    if (calls === undefined) {
      this.#waiting.set(call.tenant, [call]);
    } else {
      calls.splice(placeOf(calls, call), 0, call);
    }
  }

  /** Returns the next call; null if none waits. */
  get next(): T | null {
    let first: T | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const [tenant, calls] of this.#waiting) {
      const granted = this.#grantedTo(tenant);
      if (granted < least) {
        first = calls.at(-1) ?? first;
        least = granted;
      }
    }
    return first;
  }

  /**
   * Removes the next call, which is granted.
   * @param cost what it is granted, in any unit
   */
  grant(call: T, cost: number): void {
    this.#served = this.#grantedTo(call.tenant);
    this.#granted.set(call.tenant, this.#served + cost / this.#weightOf(call.tenant));
    this.remove(call.task);
    if (this.#granted.size > MAX_TENANTS) {
      this.#forget();
    }
  }

  /** Removes a task that waits no more. */
  remove(task: string): void {
    const call = this.#known.get(task);
    if (call === undefined) {
      return;
    }
    this.#known.delete(task);
    const calls = this.#waiting.get(call.tenant) ?? [];
    calls.splice(calls.lastIndexOf(call), 1);
    if (calls.length === 0) {
      this.#waiting.delete(call.tenant);
    }
  }

  /** A tenant that was idle saves nothing up: it starts where the others are. */
  #grantedTo(tenant: string): number {
    return Math.max(this.#served, this.#granted.get(tenant) ?? 0);
  }

  /** Forgets the tenants that are where the others are. */
  #forget(): void {
    for (const [tenant, granted] of this.#granted) {
      if (granted <= this.#served) {
        this.#granted.delete(tenant);
      }
    }
  }
}

/** Returns the index at which a call belongs: later ones go first. */
function placeOf(calls: readonly Waiting[], call: Waiting): number {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = calls[middle];
    if (other !== undefined && isBefore(call, other)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.since < b.since);
}
