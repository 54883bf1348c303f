/** The part of an object's storage that a run uses: every write of a run goes through it. */
import type { Sql } from "./schema.ts";

/** The storage of a run's object. */
export interface RunStorage {
  readonly sql: Sql;
  /** Runs a function in one transaction: its writes are all stored or all undone. */
  transactionSync(write: () => void): void;
  /** Returns the time of the alarm in milliseconds since the epoch, or null. */
  getAlarm(): Promise<number | null>;
  /**
   * Sets the alarm.
   * @param time milliseconds since the epoch
   */
  setAlarm(time: number): Promise<void>;
  /** Deletes everything, including the alarm. */
  deleteAll(): Promise<void>;
  /** Resolves once all writes so far are durable. */
  sync(): Promise<void>;
}
