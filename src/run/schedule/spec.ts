/** What a schedule is: when it fires, what it submits, and what happens when it cannot. */
import type { Policy } from "../spec/policy.ts";
import type { JsonObject } from "../value/json.ts";
import type { Untrusted } from "../value/trust.ts";
import { cronFault, type Clock } from "./cron.ts";
import { isZone, wallOf } from "./zone.ts";

/** What happens to an occurrence that comes due while a task of the schedule still runs. */
export const OVERLAP_POLICIES = ["skip", "queue_one", "allow", "cancel_running"] as const;
/** Which occurrences are made up for after an outage. */
export const CATCH_UPS = ["last", "none", "all"] as const;
/** Minimum seconds between two occurrences of an interval. */
export const MIN_EVERY_S = 10;
/** Maximum schedules of a tenant. */
export const MAX_SCHEDULES = 1000;

/** When a schedule fires. Exactly one of `cron` and `every_s` is set. */
export interface ScheduleSpec {
  /** Patterns of five fields; an instant that several name is one occurrence. */
  readonly cron: readonly string[] | null;
  /** Seconds between occurrences, counted from `anchor`. */
  readonly every_s: number | null;
  /** RFC 3339; null for the creation of the schedule. */
  readonly anchor: string | null;
  /** IANA time zone of `cron` and `exclude`. */
  readonly timezone: string;
  readonly dst_gap: Clock["gap"];
  readonly dst_overlap: Clock["overlap"];
  /** Days without occurrences, `YYYY-MM-DD` in the time zone. */
  readonly exclude: readonly string[];
  /** RFC 3339; the first moment at which it can fire. */
  readonly starts_at: string | null;
  /** RFC 3339; from this moment on it does not fire. */
  readonly ends_at: string | null;
  /** Maximum tasks of its own occurrences, without triggers and backfills. */
  readonly max_fires: number | null;
  /** Maximum delay of an occurrence, seconds. */
  readonly jitter_s: number;
}

/** What happens when an occurrence cannot be made as planned. */
export interface SchedulePolicy {
  readonly overlap: (typeof OVERLAP_POLICIES)[number];
  readonly catch_up: (typeof CATCH_UPS)[number];
  /** An occurrence that is later than this is missed, seconds. */
  readonly catch_up_window_s: number;
  /** Failed tasks in a row after which the schedule is paused. */
  readonly pause_after_failures: number | null;
  /** Refused submissions in a row after which the schedule is paused. */
  readonly pause_after_refusals: number | null;
}

/** The part of a schedule that clients write. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly spec: ScheduleSpec;
  readonly action: ScheduleAction;
  readonly policy: SchedulePolicy;
  /** Present if a run made it. A client that replaces the schedule removes it. */
  readonly origin?: ScheduleOrigin;
}

/** What a schedule submits. */
export interface ScheduleAction {
  /** The body of a submission; its texts can hold placeholders. */
  readonly task: JsonObject;
  /** The version of the agent; null for the newest when it fires. */
  readonly agent_version: number | null;
}

/** What the tasks of a schedule inherit from the run that made it. */
export interface ScheduleOrigin {
  /** The agent and the subject of the run, whose later runs can see the schedule. */
  readonly agent: string;
  readonly subject: string | null;
  /** What the run had read. */
  readonly untrusted: Untrusted | null;
  readonly policy: Policy | null;
}

/** The parts of a schedule that decide when it fires. */
export interface Timing {
  readonly spec: ScheduleSpec;
  /** Milliseconds since the epoch. */
  readonly anchor: number;
  /** Decides the jitter: the same seed, the same times. */
  readonly seed: string;
}

/** A defect of a spec. */
export interface SpecFault {
  /** JSON pointer into the spec. */
  readonly pointer: string;
  readonly detail: string;
}

/** Returns the timing of a schedule that was created at a time, milliseconds since the epoch. */
export function timingOf(
  tenantId: string,
  { name, spec }: Pick<ScheduleDefinition, "name" | "spec">,
  createdAt: number,
): Timing {
  const anchor = spec.anchor === null ? createdAt : Date.parse(spec.anchor);
  return { spec, anchor, seed: `${tenantId}/${name}` };
}

/** Returns the defects of a spec. */
export function specFaults(spec: ScheduleSpec): SpecFault[] {
  const { cron, every_s, timezone, exclude, starts_at, ends_at } = spec;
  const faults: SpecFault[] = [];
  if ((cron === null) === (every_s === null)) {
    faults.push({ pointer: "/cron", detail: "is required, unless there is every_s; not both" });
  }
  for (const [i, pattern] of (cron ?? []).entries()) {
    const fault = cronFault(pattern);
    if (fault !== null) {
      faults.push({ pointer: `/cron/${i}`, detail: fault });
    }
  }
  if (!isZone(timezone)) {
    faults.push({ pointer: "/timezone", detail: "is not a time zone, such as Europe/Berlin" });
  }
  for (const [i, day] of exclude.entries()) {
    if (!isDay(day)) {
      faults.push({ pointer: `/exclude/${i}`, detail: "is not a day, such as 2026-12-25" });
    }
  }
  if (starts_at !== null && ends_at !== null && Date.parse(ends_at) <= Date.parse(starts_at)) {
    faults.push({ pointer: "/ends_at", detail: "must be after starts_at" });
  }
  return faults;
}

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** Returns whether an instant is on a day that the spec excludes. */
export function isExcluded({ exclude, timezone }: ScheduleSpec, instant: number): boolean {
  return (
    exclude.length > 0 &&
    exclude.includes(new Date(wallOf(instant, timezone)).toISOString().slice(0, 10))
  );
}
