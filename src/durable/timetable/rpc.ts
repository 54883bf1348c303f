/**
 * The contract of a tenant's timetable: its schedules and their firings. Plain data; fields are
 * added, never changed. Times are milliseconds since the epoch unless they are texts (RFC 3339).
 */
import type { FiringStatus, Trigger } from "../../run/schedule/evaluate.ts";
import type { SchedulePolicy } from "../../run/schedule/spec.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { Actor } from "../../store/audit.ts";

/** A stored schedule. */
export interface ScheduleRecord {
  readonly schedule_id: string;
  readonly name: string;
  /** Counts its changes, from 1. */
  readonly version: number;
  readonly created_at: string;
  /** Id of the key or the task that created it. */
  readonly created_by: string;
  readonly updated_at: string;
  /** JSON of a `ScheduleDefinition`. */
  readonly definition: string;
}

/** A schedule with where it stands. */
export interface ScheduleState extends ScheduleRecord {
  readonly state: "active" | "paused";
  /** Id of the key that paused it, or `service`. */
  readonly paused_by: string | null;
  readonly note: string | null;
  /** Nominal time of the last occurrence that was evaluated. */
  readonly watermark: number;
  readonly next_at: number | null;
  /** Tasks of its own occurrences so far. */
  readonly started: number;
  /** Occurrences that were not made so far. */
  readonly skipped: number;
}

/** The record of a firing, made or not. */
export interface StoredFiring {
  readonly occurrence_at: number;
  readonly trigger: Trigger;
  /** Number among the firings of the same occurrence and trigger, from 0. */
  readonly n: number;
  readonly status: FiringStatus;
  readonly task_id: string | null;
  /** Why it was not made: a code. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** How many occurrences it stands for, the last of them at `until`. */
  readonly count: number;
  readonly until: number;
  /** When it was decided. */
  readonly at: number;
}

/** A schedule to write. */
export interface ScheduleInput {
  readonly name: string;
  /** JSON of a `ScheduleDefinition`. */
  readonly definition: string;
  /** For a run: how many schedules it, and all runs of the tenant, can have. */
  readonly most?: { readonly of_run: number; readonly of_runs: number };
}

/** The version that a change expects; null for any. */
export interface ExpectedVersion {
  readonly version: number;
  readonly created_at: string;
}

/** Why nothing was written. */
export type ScheduleRefusal =
  | { readonly ok: false; readonly reason: "not_found" | "exists" | "full" | "run_full" }
  | { readonly ok: false; readonly reason: "changed"; readonly current: ScheduleState };

/** The outcome of a write. */
export type ScheduleWritten =
  | {
      readonly ok: true;
      readonly schedule: ScheduleState;
      /** Other schedules whose next occurrence is made at the same instant. */
      readonly sharing: number;
    }
  | ScheduleRefusal;

/** A firing outside the plan. */
export interface TriggerRequest {
  /** The nominal time; null for now. */
  readonly occurrence_at: number | null;
  /** Null for the policy of the schedule. */
  readonly overlap: SchedulePolicy["overlap"] | null;
  /** The place of the trigger in a caller's trace. Absent: none. */
  readonly trace?: TraceContext | null;
}

/** Occurrences of the past to make, from `from` and before `to`. */
export interface BackfillRequest {
  readonly from: number;
  readonly to: number;
  /** `allow` starts them side by side; every other value one after the other. */
  readonly overlap: SchedulePolicy["overlap"] | null;
  /** Makes nothing. */
  readonly dry_run: boolean;
}

/** The outcome of a trigger. */
export type Triggered = { readonly ok: true; readonly firing: StoredFiring } | ScheduleRefusal;

/** The occurrences of a backfill that were not made before. */
export type Backfilled =
  | { readonly ok: true; readonly occurrences: readonly number[] }
  | { readonly ok: false; readonly reason: "too_many" }
  | ScheduleRefusal;

/** A page of firings to read. */
export interface FiringsRequest {
  readonly status: FiringStatus | null;
  readonly before: Pick<StoredFiring, "occurrence_at" | "trigger" | "n"> | null;
  readonly limit: number;
}

/** The methods of a tenant's timetable. */
export interface TimetableRpc {
  /** Returns up to `limit` schedules, newest first, before an id; null for the first page. */
  list(before: string | null, limit: number): Promise<ScheduleState[]>;
  get(scheduleId: string): Promise<ScheduleState | null>;
  /** Creates a schedule. Returns the one that has this id already, if any. */
  create(input: ScheduleInput, scheduleId: string, actor: Actor): Promise<ScheduleWritten>;
  /** Replaces a schedule. It stays paused if it is. Nothing that was due before fires. */
  replace(
    scheduleId: string,
    input: ScheduleInput,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<ScheduleWritten>;
  /** Deletes a schedule with the records of its firings. Its tasks stay. */
  remove(
    scheduleId: string,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<{ readonly ok: true } | ScheduleRefusal>;
  /** Pauses a schedule. Firings in its queue are missed. */
  pause(
    scheduleId: string,
    note: string | null,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<ScheduleWritten>;
  /** Resumes a schedule. What would have fired in between is not made. */
  resume(
    scheduleId: string,
    note: string | null,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<ScheduleWritten>;
  /** Pauses the active schedules that a key created. Returns how many. @param by id of a key */
  pauseOf(keyId: string, note: string, by: string): Promise<number>;
  /** Fires now. A paused schedule fires too. */
  trigger(scheduleId: string, request: TriggerRequest, actor: Actor): Promise<Triggered>;
  /** Makes past occurrences that were not made. Repeating it makes nothing new. */
  backfill(scheduleId: string, request: BackfillRequest, actor: Actor): Promise<Backfilled>;
  /** Returns a page of firings, newest occurrence first; null for an unknown schedule. */
  firings(scheduleId: string, request: FiringsRequest): Promise<StoredFiring[] | null>;
  /** Notes that a task of a schedule has ended. Repeating it is harmless. */
  taskEnded(scheduleId: string, taskId: string): Promise<void>;
  /** Does what is due and sets a lost alarm again. For the reconciler. */
  wake(): Promise<void>;
}

/** Returns the timetable of a tenant. */
export function timetableStub(timetables: DurableObjectNamespace, tenantId: string): TimetableRpc {
  return timetables.get(timetables.idFromName(tenantId)) as unknown as TimetableRpc;
}
