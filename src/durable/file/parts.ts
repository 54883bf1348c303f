/** A file in the SQLite of its object, in parts: a value can have 2 MB at most. */
import { hasTable, type SqlRow } from "../run/storage/schema.ts";
import type { RunStorage } from "../run/storage/storage.ts";

/** The part of an object's storage that a file uses. */
export interface FileStorage extends Pick<RunStorage, "transactionSync" | "deleteAll"> {
  readonly sql: {
    exec(query: string, ...bindings: (string | number | null | ArrayBuffer)[]): Iterable<SqlRow>;
  };
}

/** Bytes of a part. */
const PART_BYTES = 1_000_000;

/** The table `part`. Owner: this file. Bound: one file of 5 MB. Deleted with the object. */
export class FileParts {
  readonly #storage: FileStorage;

  constructor(storage: FileStorage) {
    this.#storage = storage;
  }

  /** Stores a file in one transaction. Does nothing if it is stored: its name is its hash. */
  put(bytes: Uint8Array): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      sql.exec("CREATE TABLE IF NOT EXISTS part (part INTEGER PRIMARY KEY, data BLOB NOT NULL)");
      if ([...sql.exec("SELECT 1 FROM part LIMIT 1")].length > 0) {
        return;
      }
      for (let at = 0; at < bytes.byteLength; at += PART_BYTES) {
        const part = new Uint8Array(bytes.slice(at, at + PART_BYTES));
        sql.exec("INSERT INTO part (data) VALUES (?)", part.buffer);
      }
    });
  }

  /** Returns the file; null if none is stored. */
  read(): Uint8Array | null {
    const { sql } = this.#storage;
    const rows = hasTable(sql, "part") ? [...sql.exec("SELECT data FROM part ORDER BY part")] : [];
    return rows.length === 0 ? null : Buffer.concat(rows.map(({ data }) => bytesOf(data)));
  }

  /** Deletes the file, with everything else in the object. */
  async remove(): Promise<void> {
    await this.#storage.deleteAll();
  }
}

function bytesOf(data: unknown): Uint8Array {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0);
}
