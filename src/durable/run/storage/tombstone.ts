/**
 * Marks an object whose run was deleted. A queue message with the run's spec may still be under
 * way, and must not start the deleted run again. The mark holds no content and is deleted once the
 * consumer no longer trusts such a message (`OLD_MESSAGE_MS`).
 */
import type { RunStorage } from "./storage.ts";

/** How long a mark stays, milliseconds. Longer than a message's spec is trusted. */
const STAYS_MS = 2 * 3_600_000;

/** The mark of one object. */
export class Tombstone {
  readonly #storage: RunStorage;

  constructor(storage: RunStorage) {
    this.#storage = storage;
  }

  /** Whether the object's run was deleted. */
  get stands(): boolean {
    const query = "SELECT 1 FROM sqlite_master WHERE name = 'deleted'";
    return [...this.#storage.sql.exec(query)].length > 0;
  }

  /** Deletes everything in the object except the mark. */
  async set(now: number): Promise<void> {
    await this.#storage.deleteAll();
    // Two deletions at once: the other one may have written the mark while this one deleted.
    this.#storage.sql.exec("CREATE TABLE IF NOT EXISTS deleted (at INTEGER NOT NULL) STRICT");
    await this.#storage.setAlarm(now + STAYS_MS);
  }

  /** Deletes the mark, when its alarm fires. */
  async lift(): Promise<void> {
    if (this.stands) {
      await this.#storage.deleteAll();
    }
  }
}
