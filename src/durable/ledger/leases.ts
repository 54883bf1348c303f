/**
 * The runs that hold an allowance for more than one model call. A run that finds no room makes the
 * ledger recall the allowances, because parts of them may stay unused for a while. In memory only:
 * a new process knows no allowances, and those of an earlier one end within a minute.
 */

/** Maximum runs whose allowances are recalled for one that finds no room. */
const MAX_RECALLED = 50;

export class Leases {
  readonly #taskIds = new Set<string>();

  /** Notes whether a run holds an allowance. */
  note(taskId: string, holds: boolean): void {
    if (holds) {
      this.#taskIds.add(taskId);
    } else {
      this.#taskIds.delete(taskId);
    }
  }

  /** Returns the runs whose allowances have been held longest, and forgets them. */
  take(): string[] {
    const oldest = this.#taskIds.values().take(MAX_RECALLED).toArray();
    for (const taskId of oldest) {
      this.#taskIds.delete(taskId);
    }
    return oldest;
  }
}

/**
 * Returns what to reserve for a call and those after it; undefined for the call alone. Under each
 * limit, at most half of what is not spent is reserved by allowances, so that the rest is there for
 * other runs, and none is given close to a limit.
 * @param sum granted for the call
 */
export function leaseOf(
  sum: number,
  most: number,
  wanted: number,
  limits: readonly { readonly room: number; readonly reserved: number }[],
): number | undefined {
  const free = limits.map(({ room, reserved }) => Math.floor((room + reserved) / 2) - reserved);
  const lease = Math.min(wanted, ...free);
  return sum === most && lease > sum ? lease : undefined;
}
