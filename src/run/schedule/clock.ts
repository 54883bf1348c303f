/**
 * Where a schedule stands, as its timetable stores it, and the changes of that state. Pure: each
 * change returns a new state.
 */
import { z } from "zod";
import { traceContext, type TraceContext } from "../value/trace-context.ts";
import { TRIGGERS, type Trigger } from "./evaluate.ts";

/** A firing whose task is still to be submitted. It has no record before that. */
const openFiring = z.object({
  occurrence_at: z.number(),
  trigger: z.enum(TRIGGERS),
  /** Number among the firings of the same occurrence and trigger, from 0. */
  n: z.number(),
  task_id: z.string(),
  /** When the intent was written, milliseconds since the epoch. */
  at: z.number(),
  /** Tasks to cancel first. */
  cancel: z.array(z.string()).readonly(),
  /** The place of its trigger in a caller's trace. */
  trace: z.exactOptional(traceContext),
});
export type OpenFiring = Readonly<z.infer<typeof openFiring>>;

/** A notice that webhooks have not got yet. */
const notice = z.object({
  /** Number among the notices of the schedule, from 1. */
  seq: z.number(),
  type: z.enum(["schedule.skipped", "schedule.paused"]),
  /** RFC 3339. */
  at: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
export type ScheduleNotice = Readonly<z.infer<typeof notice>>;

const clock = z.object({
  state: z.enum(["active", "paused"]),
  /** Id of a key, or `service`. */
  paused_by: z.string().nullable(),
  note: z.string().nullable(),
  /** Nominal time of the last occurrence that was evaluated. */
  watermark: z.number(),
  /** When the next occurrence is made; null if there is none, and while the schedule is paused. */
  next_at: z.number().nullable(),
  /** Tasks of its own occurrences. */
  started: z.number(),
  /** Occurrences that were not made. */
  skipped: z.number(),
  /** In a row. */
  refusals: z.number(),
  failures: z.number(),
  /** Firings that wait for their turn. */
  queued: z.number(),
  /** Notices so far. */
  noted: z.number(),
  /** The newest tasks that may not have ended. */
  live: z.array(z.string()).readonly(),
  open: z.array(openFiring).readonly(),
  notices: z.array(notice).readonly(),
  /** Records since the last clean-up, and its time. */
  fresh: z.number(),
  cleaned_at: z.number(),
  /** Trace contexts of triggers that wait for their turn, by occurrence and number. */
  traces: z.exactOptional(z.record(z.string(), traceContext)),
});
export type Clock = Readonly<z.infer<typeof clock>>;

/** Maximum live tasks that are followed. */
const MAX_LIVE = 50;

/** Parses a stored clock. @throws for a text that is not one */
export function readClock(text: string): Clock {
  return clock.parse(JSON.parse(text));
}

/** Returns the clock of a new schedule. @param now milliseconds since the epoch */
export function newClock(now: number): Clock {
  return {
    state: "active",
    paused_by: null,
    note: null,
    watermark: now,
    next_at: null,
    started: 0,
    skipped: 0,
    refusals: 0,
    failures: 0,
    queued: 0,
    noted: 0,
    live: [],
    open: [],
    notices: [],
    fresh: 0,
    cleaned_at: now,
  };
}

/** Returns whether a trigger counts towards `max_fires`: those of the schedule's own occurrences. */
function isOwn(trigger: Trigger): boolean {
  return trigger === "cron" || trigger === "catch_up";
}

/** Counts a firing that becomes a task, now or after its turn in the queue. */
export function counted(state: Clock, trigger: Trigger): Clock {
  return isOwn(trigger) ? { ...state, started: state.started + 1 } : state;
}

/** Counts a firing that becomes no task after all. */
export function discounted(state: Clock, trigger: Trigger): Clock {
  const skipped = state.skipped + 1;
  return { ...state, skipped, started: state.started - (isOwn(trigger) ? 1 : 0) };
}

/** A firing outside the plan, as far as it has a trace context. */
type TracedFiring = Pick<OpenFiring, "occurrence_at" | "trigger" | "n">;

/** Stores the trace context of a trigger that waits for its turn. Only one trigger waits at a time. */
export function traced(state: Clock, firing: TracedFiring, trace: TraceContext | null): Clock {
  return trace === null
    ? state
    : { ...state, traces: { ...state.traces, [traceKey(firing)]: trace } };
}

/** Takes the trace context of a firing out of those that wait. */
export function untraced(
  state: Clock,
  firing: TracedFiring,
): { readonly clock: Clock; readonly trace: TraceContext | null } {
  const { traces = {}, ...rest } = state;
  const { [traceKey(firing)]: trace, ...others } = traces;
  if (firing.trigger !== "manual" || trace === undefined) {
    return { clock: state, trace: null };
  }
  return { clock: Object.keys(others).length === 0 ? rest : { ...rest, traces: others }, trace };
}

function traceKey({ occurrence_at, n }: TracedFiring): string {
  return `${occurrence_at}/${n}`;
}

/** Adds the intent of a firing. */
export function opened(state: Clock, firing: OpenFiring): Clock {
  return {
    ...state,
    open: [...state.open, firing],
    live: [...state.live, firing.task_id].slice(-MAX_LIVE),
  };
}

/** Removes an intent after its task was submitted or refused. */
export function closed(state: Clock, firing: OpenFiring, refused: boolean): Clock {
  const open = state.open.filter(({ task_id }) => task_id !== firing.task_id);
  return refused
    ? {
        ...discounted(state, firing.trigger),
        open,
        live: state.live.filter((id) => id !== firing.task_id),
        refusals: state.refusals + 1,
      }
    : { ...state, open, refusals: 0 };
}

/** Adds a notice. */
export function noticed(
  state: Clock,
  { type, at, data }: Pick<ScheduleNotice, "type" | "at" | "data">,
): Clock {
  const seq = state.noted + 1;
  return { ...state, noted: seq, notices: [...state.notices, { seq, type, at, data }] };
}

/** How a task of the schedule ended. Null: it does not exist any more. */
export type Ended = "completed" | "failed" | "cancelled" | null;

/**
 * Removes tasks that have ended from the live ones, and counts failures in a row.
 * @param ended the ended tasks
 */
export function settled(state: Clock, ended: ReadonlyMap<string, Ended>): Clock {
  const isOpen = new Set(state.open.map(({ task_id }) => task_id));
  let { failures } = state;
  const live = state.live.filter((id) => {
    const end = ended.get(id);
    if (end === undefined || isOpen.has(id)) {
      return true;
    }
    failures = end === "failed" ? failures + 1 : end === "completed" ? 0 : failures;
    return false;
  });
  return live.length === state.live.length ? state : { ...state, live, failures };
}
