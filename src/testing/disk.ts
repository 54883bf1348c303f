/**
 * The storage of a simulated object: SQLite in memory, which survives its processes, and one alarm.
 * Each process has an access of its own, which ends when the process is stopped.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Sql, SqlRow } from "../durable/run/storage/schema.ts";
import type { RunStorage } from "../durable/run/storage/storage.ts";

/** Thrown by the storage of a process that was stopped. */
export class Stopped extends Error {
  constructor() {
    super("The process of the run was stopped.");
    this.name = "Stopped";
  }
}

/** Called around each write to the log, with its number from 1. Throws to stop the process. */
export type OnWrite = (write: number, when: "before" | "after") => void;

/** What survives the processes of a run. */
export class Disk {
  /** When the alarm fires, milliseconds since the epoch; null for never. */
  alarm: number | null = null;
  /** Writes to the log that were begun. */
  writes = 0;
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();

  constructor() {
    const sqlite = process.getBuiltinModule("node:sqlite");
    if (sqlite === undefined) {
      throw new Error(
        `A simulation needs node:sqlite, which Node has from 22.13 on; this is ${process.version}.`,
      );
    }
    this.db = new sqlite.DatabaseSync(":memory:");
  }

  all(query: string, bindings: readonly SQLInputValue[]): SqlRow[] {
    const statement = this.#statements.get(query) ?? this.db.prepare(query);
    this.#statements.set(query, statement);
    return statement.all(...bindings);
  }

  close(): void {
    this.#statements.clear();
    this.db.close();
  }
}

const APPEND = /^\s*INSERT INTO log\b/;
const QUERY = /^\s*(?:SELECT|INSERT|UPDATE|DELETE)\b/;

/** The access of one process to the disk. */
export class ProcessStorage implements RunStorage {
  readonly sql: Sql;
  readonly #disk: Disk;
  readonly #onWrite: OnWrite;
  #ended = false;
  #inTransaction = false;

  constructor(disk: Disk, onWrite: OnWrite) {
    this.#disk = disk;
    this.#onWrite = onWrite;
    this.sql = { exec: (query, ...bindings) => this.#exec(query, bindings) };
  }

  /** Ends the access: every later use throws. */
  end(): void {
    this.#ended = true;
  }

  transactionSync(write: () => void): void {
    this.#appending(() => {
      this.#inTransaction = true;
      this.#disk.db.exec("BEGIN");
      try {
        write();
        this.#disk.db.exec("COMMIT");
      } catch (error) {
        this.#disk.db.exec("ROLLBACK");
        throw error;
      } finally {
        this.#inTransaction = false;
      }
    });
  }

  async getAlarm(): Promise<number | null> {
    this.#check();
    return this.#disk.alarm;
  }

  async setAlarm(time: number): Promise<void> {
    this.#check();
    this.#disk.alarm = time;
  }

  async deleteAll(): Promise<void> {
    this.#check();
    const objects = this.#disk.all("SELECT type, name FROM sqlite_master", []);
    for (const { type, name } of objects) {
      this.#disk.db.exec(`DROP ${String(type)} IF EXISTS "${String(name)}"`);
    }
    this.#disk.alarm = null;
  }

  async sync(): Promise<void> {
    this.#check();
  }

  #exec(query: string, bindings: SQLInputValue[]): SqlRow[] {
    this.#check();
    if (!QUERY.test(query)) {
      this.#disk.db.exec(query);
      return [];
    }
    return APPEND.test(query) && !this.#inTransaction
      ? this.#appending(() => this.#disk.all(query, bindings))
      : this.#disk.all(query, bindings);
  }

  /** Runs one write to the log, with a chance to stop the process around it. */
  #appending<T>(write: () => T): T {
    this.#check();
    this.#disk.writes += 1;
    const n = this.#disk.writes;
    this.#onWrite(n, "before");
    const result = write();
    this.#onWrite(n, "after");
    return result;
  }

  #check(): void {
    if (this.#ended) {
      throw new Stopped();
    }
  }
}
