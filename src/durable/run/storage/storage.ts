/** The part of an object's storage that a run uses: every write of a run goes through it. */
import type { Sql } from "./schema.ts";

export interface RunStorage {
  readonly sql: Sql;
  /** Runs a function so that its writes are all kept or all undone. */
  transactionSync(write: () => void): void;
  /** Milliseconds since the epoch, or null. */
  getAlarm(): Promise<number | null>;
  /** @param time milliseconds since the epoch */
  setAlarm(time: number): Promise<void>;
  /** Deletes everything, the alarm too. */
  deleteAll(): Promise<void>;
  /** Resolves once all that was written so far would survive a crash. */
  sync(): Promise<void>;
}
