/**
 * The schedules of a tenant and the records of their firings, in the timetable's SQLite. Tables are
 * created by the first schedule: a tenant without schedules has no row.
 *
 * Owner: the tenant's timetable. `schedule`, `clock`: one row each for a schedule, `MAX_SCHEDULES` at
 * most, deleted with it. `fire`: `KEPT_MS` and `KEPT_RECORDS` of a schedule, deleted by its next
 * evaluations and with it.
 */
import { hasTable, type Sql, type SqlRow } from "../run/storage/schema.ts";
import { readClock, type Clock } from "../../run/schedule/clock.ts";
import { FIRING_STATUSES, TRIGGERS, type FiringStatus } from "../../run/schedule/evaluate.ts";
import type { ScheduleRecord, StoredFiring } from "./rpc.ts";

/** How long the record of a firing is kept, and how many of a schedule at most. */
const KEPT_MS = 90 * 86_400_000;
const KEPT_RECORDS = 1000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS schedule (
    schedule_id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    created_at TEXT NOT NULL, created_by TEXT NOT NULL, updated_at TEXT NOT NULL,
    definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS clock (
    schedule_id TEXT PRIMARY KEY, next_at INTEGER, busy INTEGER NOT NULL,
    state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS fire (
    schedule_id TEXT NOT NULL, occurrence_at INTEGER NOT NULL, trigger TEXT NOT NULL,
    n INTEGER NOT NULL, status TEXT NOT NULL, task_id TEXT, reason TEXT, detail TEXT,
    count INTEGER NOT NULL, until INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, occurrence_at, trigger, n)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS net (
    id INTEGER PRIMARY KEY CHECK (id = 1), check_at INTEGER) STRICT;`;

/** Whether a clock has work apart from its next occurrence. */
const IDLE = 0;
const QUEUES = 1;
const HAS_WORK = 2;

/** Position of a firing in the list of its schedule. */
export type FiringKey = Pick<StoredFiring, "occurrence_at" | "trigger" | "n">;

/** A selection of firings, newest occurrence first. */
export interface FiringSelection {
  readonly status: FiringStatus | null;
  readonly before: FiringKey | null;
  readonly limit: number;
}

/** When a timetable has work. */
export interface Due {
  /** The earliest next occurrence. */
  readonly next: number | null;
  /** Whether intents or notices are waiting to be sent, or firings to be started. */
  readonly hasWork: boolean;
  readonly queues: boolean;
}

export class Rows {
  readonly #sql: Sql;
  #hasTables: boolean | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Creates the tables. */
  create(): void {
    if (!this.exist) {
      this.#sql.exec(SCHEMA);
      this.#hasTables = true;
    }
  }

  /** Whether the timetable was ever used. */
  get exist(): boolean {
    this.#hasTables ??= hasTable(this.#sql, "clock");
    return this.#hasTables;
  }

  /** Forgets what it knows of the tables, after all of them were deleted. */
  reload(): void {
    this.#hasTables = null;
  }

  count(): number {
    return Number(this.#first("SELECT COUNT(*) AS n FROM schedule")?.["n"] ?? 0);
  }

  /** Returns how many schedules a key or a task created. */
  countBy(author: string): number {
    const row = this.#first("SELECT COUNT(*) AS n FROM schedule WHERE created_by = ?", author);
    return Number(row?.["n"] ?? 0);
  }

  /** Returns how many schedules tasks created. */
  countByRuns(): number {
    const row = this.#first("SELECT COUNT(*) AS n FROM schedule WHERE created_by GLOB 'task_*'");
    return Number(row?.["n"] ?? 0);
  }

  schedule(scheduleId: string): ScheduleRecord | null {
    const row = this.#first("SELECT * FROM schedule WHERE schedule_id = ?", scheduleId);
    return row === null ? null : recordOf(row);
  }

  idOf(name: string): string | null {
    const row = this.#first("SELECT schedule_id FROM schedule WHERE name = ?", name);
    return row === null ? null : String(row["schedule_id"]);
  }

  /** Returns a page of schedules, newest first. */
  schedules(before: string | null, limit: number): ScheduleRecord[] {
    return this.#all(
      "SELECT * FROM schedule WHERE ?1 IS NULL OR schedule_id < ?1 ORDER BY schedule_id DESC LIMIT ?2",
      before,
      limit,
    ).map(recordOf);
  }

  insert(record: ScheduleRecord): void {
    this.#sql.exec(
      "INSERT INTO schedule VALUES (?, ?, ?, ?, ?, ?, ?)",
      record.schedule_id,
      record.name,
      record.version,
      record.created_at,
      record.created_by,
      record.updated_at,
      record.definition,
    );
  }

  update({ schedule_id, name, version, updated_at, definition }: ScheduleRecord): void {
    this.#sql.exec(
      "UPDATE schedule SET name = ?, version = ?, updated_at = ?, definition = ? WHERE schedule_id = ?",
      name,
      version,
      updated_at,
      definition,
      schedule_id,
    );
  }

  /** Deletes a schedule with its records. */
  remove(scheduleId: string): void {
    for (const table of ["schedule", "clock", "fire"]) {
      this.#sql.exec(`DELETE FROM ${table} WHERE schedule_id = ?`, scheduleId);
    }
  }

  clock(scheduleId: string): Clock | null {
    const row = this.#first("SELECT state FROM clock WHERE schedule_id = ?", scheduleId);
    return row === null ? null : readClock(String(row["state"]));
  }

  setClock(scheduleId: string, clock: Clock): void {
    const { open, notices, queued } = clock;
    const busy = open.length + notices.length > 0 ? HAS_WORK : queued > 0 ? QUEUES : IDLE;
    this.#sql.exec(
      "INSERT OR REPLACE INTO clock VALUES (?, ?, ?, ?)",
      scheduleId,
      clock.next_at,
      busy,
      JSON.stringify(clock),
    );
  }

  /** Returns the schedules that are due or have firings in a queue, the most overdue first. */
  due(now: number, limit: number): string[] {
    return this.#all(
      `SELECT schedule_id FROM clock WHERE next_at <= ? OR busy = ${QUEUES}
       ORDER BY COALESCE(next_at, 0) LIMIT ?`,
      now,
      limit,
    ).map((row) => String(row["schedule_id"]));
  }

  /** Returns schedules with intents or notices to send. */
  withWork(limit: number): string[] {
    return this.#all(`SELECT schedule_id FROM clock WHERE busy = ${HAS_WORK} LIMIT ?`, limit).map(
      (row) => String(row["schedule_id"]),
    );
  }

  /** Returns when there is work. */
  next(): Due {
    const row = this.#first(
      `SELECT MIN(next_at) AS next, MAX(busy = ${HAS_WORK}) AS work, MAX(busy = ${QUEUES}) AS queues
       FROM clock`,
    );
    const next = row?.["next"] ?? null;
    return {
      next: next === null ? null : Number(next),
      hasWork: row?.["work"] === 1,
      queues: row?.["queues"] === 1,
    };
  }

  /** Returns how many other schedules make their next occurrence at the same time. */
  sharing(scheduleId: string, at: number): number {
    const row = this.#first(
      "SELECT COUNT(*) AS n FROM clock WHERE next_at = ? AND schedule_id <> ?",
      at,
      scheduleId,
    );
    return Number(row?.["n"] ?? 0);
  }

  /** Stores the record of a firing, in the place of an earlier one with the same key. */
  record(scheduleId: string, firing: StoredFiring): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO fire VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      scheduleId,
      firing.occurrence_at,
      firing.trigger,
      firing.n,
      firing.status,
      firing.task_id,
      firing.reason,
      firing.detail,
      firing.count,
      firing.until,
      firing.at,
    );
  }

  /** Returns a page of records, newest occurrence first. */
  firings(scheduleId: string, { status, before, limit }: FiringSelection): StoredFiring[] {
    return this.#all(
      `SELECT * FROM fire WHERE schedule_id = ?1 AND (?2 IS NULL OR status = ?2)
         AND (?3 IS NULL OR (occurrence_at, trigger, n) < (?3, ?4, ?5))
       ORDER BY occurrence_at DESC, trigger DESC, n DESC LIMIT ?6`,
      scheduleId,
      status,
      before?.occurrence_at ?? null,
      before?.trigger ?? null,
      before?.n ?? null,
      limit,
    ).map(firingOf);
  }

  /** Returns the oldest firings in the queue of a schedule. */
  queue(scheduleId: string, limit: number): StoredFiring[] {
    return this.#all(
      "SELECT * FROM fire WHERE schedule_id = ? AND status = 'queued' ORDER BY occurrence_at LIMIT ?",
      scheduleId,
      limit,
    ).map(firingOf);
  }

  /** Returns the records of one occurrence. */
  of(scheduleId: string, occurrenceAt: number): StoredFiring[] {
    return this.#all(
      "SELECT * FROM fire WHERE schedule_id = ? AND occurrence_at = ?",
      scheduleId,
      occurrenceAt,
    ).map(firingOf);
  }

  /** Deletes records that are too old or too many. */
  clean(scheduleId: string, now: number): void {
    const row = this.#first(
      `SELECT at FROM fire WHERE schedule_id = ? AND status <> 'queued'
       ORDER BY at DESC LIMIT 1 OFFSET ${KEPT_RECORDS}`,
      scheduleId,
    );
    const oldest = Math.max(now - KEPT_MS, Number(row?.["at"] ?? 0));
    this.#sql.exec(
      "DELETE FROM fire WHERE schedule_id = ? AND status <> 'queued' AND at <= ?",
      scheduleId,
      oldest,
    );
  }

  /** When the reconciler looks at this timetable, as D1 has it; null for never. */
  get checkAt(): number | null {
    const at = this.#first("SELECT check_at FROM net")?.["check_at"] ?? null;
    return at === null ? null : Number(at);
  }

  set checkAt(at: number | null) {
    this.#sql.exec("INSERT OR REPLACE INTO net VALUES (1, ?)", at);
  }

  #all(query: string, ...bound: (string | number | null)[]): SqlRow[] {
    return this.exist ? [...this.#sql.exec(query, ...bound)] : [];
  }

  #first(query: string, ...bound: (string | number | null)[]): SqlRow | null {
    return this.#all(query, ...bound)[0] ?? null;
  }
}

function recordOf(row: SqlRow): ScheduleRecord {
  return {
    schedule_id: String(row["schedule_id"]),
    name: String(row["name"]),
    version: Number(row["version"]),
    created_at: String(row["created_at"]),
    created_by: String(row["created_by"]),
    updated_at: String(row["updated_at"]),
    definition: String(row["definition"]),
  };
}

function firingOf(row: SqlRow): StoredFiring {
  return {
    occurrence_at: Number(row["occurrence_at"]),
    trigger: oneOf(TRIGGERS, row["trigger"]),
    n: Number(row["n"]),
    status: oneOf(FIRING_STATUSES, row["status"]),
    task_id: textOf(row["task_id"]),
    reason: textOf(row["reason"]),
    detail: textOf(row["detail"]),
    count: Number(row["count"]),
    until: Number(row["until"]),
    at: Number(row["at"]),
  };
}

/** @throws for a value that only newer code writes */
function oneOf<T extends string>(known: readonly T[], value: unknown): T {
  const found = known.find((one) => one === value);
  if (found === undefined) {
    throw new Error("This timetable was written by a newer version of the service.");
  }
  return found;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
