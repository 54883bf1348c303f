/** Deletes what has expired and old versions, within the transaction of its caller. */
import type { MemoryRows } from "./rows.ts";

/** How long the versions of a deleted item or block stay, milliseconds. */
export const GONE_MS = 30 * 86_400_000;
/** Deleted items and blocks whose versions stay. */
const MAX_GONE = 10_000;
/** Expired items, and deleted ones with their versions, that are deleted at once. */
const AT_ONCE = 500;

export class Cleaning {
  readonly #rows: MemoryRows;

  constructor(rows: MemoryRows) {
    this.#rows = rows;
  }

  /** Keeps the versions of something deleted for a while. */
  gone(ref: string, at: number): void {
    this.#rows.versions.addGone(ref, at);
    this.#add({ gone: 1 });
    if ((this.#rows.counters()?.gone ?? 0) > MAX_GONE) {
      this.#removeVersions(at);
    }
  }

  /** Notes that something deleted exists again, so that its versions stay. */
  restored(ref: string): void {
    const deletedAt = this.#rows.versions.deletedAt(ref);
    if (deletedAt !== null && this.#rows.versions.removeGone(ref, deletedAt)) {
      this.#add({ gone: -1 });
    }
  }

  /** Deletes a number of expired items, and versions of what was deleted long ago. */
  expire(now: number): void {
    const expired = this.#rows.expired(now, AT_ONCE);
    for (const { memory_id } of expired) {
      this.#rows.removeItem(memory_id);
      this.#rows.versions.remove(memory_id);
    }
    const chars = expired.reduce((sum, { content }) => sum + content.length, 0);
    this.#add({ items: -expired.length, chars: -chars });
    this.#removeVersions(now - GONE_MS);
  }

  #removeVersions(before: number): void {
    const old = this.#rows.versions.goneBefore(before, AT_ONCE);
    for (const { ref, at } of old) {
      this.#rows.versions.removeGone(ref, at);
      this.#rows.versions.remove(ref);
    }
    this.#add({ gone: -old.length });
  }

  #add({ items = 0, chars = 0, gone = 0 }): void {
    const counters = this.#rows.counters();
    if (counters !== null && (items !== 0 || chars !== 0 || gone !== 0)) {
      this.#rows.setCounters({
        ...counters,
        items: counters.items + items,
        chars: counters.chars + chars,
        gone: counters.gone + gone,
      });
    }
  }
}
