/**
 * The port through which a run makes schedules, lists them and cancels them. A schedule of a run is
 * checked exactly as one of a client, and inherits what a child of the run would.
 */
import type { RunSpec } from "../spec/spec.ts";
import type { JsonObject } from "../value/json.ts";
import type { Untrusted } from "../value/trust.ts";
import type { ScheduleSpec } from "./spec.ts";

/** Maximum schedules that a run can have at a time. */
export const MAX_SCHEDULES_OF_RUN = 10;
/** Maximum schedules of a tenant that runs made. */
export const MAX_SCHEDULES_OF_RUNS = 200;

/** A call of a run that makes, lists or cancels schedules. */
export interface ScheduleMaker {
  readonly spec: RunSpec;
  /** What the run has read so far. */
  readonly untrusted: Untrusted | null;
  readonly callId: string;
  readonly attempt: number;
}

/** A schedule that a run asks for. */
export interface WantedSchedule {
  readonly name: string;
  /** When it fires, as the API has it. */
  readonly spec: { readonly [K in keyof ScheduleSpec]?: ScheduleSpec[K] | undefined };
  readonly goal: string;
  readonly context?: JsonObject | undefined;
  /** The run's own agent, or one of its agents. Default: its own. */
  readonly agent?: string | undefined;
}

/** A schedule as a run sees it. */
export interface MadeSchedule {
  readonly id: string;
  readonly name: string;
  readonly state: "active" | "paused" | "ended";
  /** When it fires next; null if it does not. */
  readonly next_at: string | null;
  readonly goal: string;
  readonly agent: string;
  /** When it fires. */
  readonly spec: Pick<ScheduleSpec, "cron" | "every_s" | "timezone">;
}

/** The schedules that a run can see: those of its agent that are about the same subject. */
export interface ScheduleDesk {
  /**
   * Makes a schedule. The same call makes it once, however often it is repeated.
   * @throws ToolStop if it is refused
   */
  create(maker: ScheduleMaker, wanted: WantedSchedule): Promise<MadeSchedule>;
  /** Returns the newest schedules. @throws ToolStop if they cannot be read */
  list(maker: ScheduleMaker): Promise<readonly MadeSchedule[]>;
  /**
   * Deletes a schedule. Its running tasks continue.
   * @throws ToolStop if there is none with this id
   */
  cancel(maker: ScheduleMaker, scheduleId: string): Promise<void>;
}
