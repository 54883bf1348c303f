/**
 * Decides what happens to the occurrences of a schedule that have come due. Pure: the same schedule
 * at the same time gets the same verdicts. Every due occurrence gets one, and the watermark moves
 * past it, whatever the outcome of its task.
 */
import { nextOccurrence, type Occurrence } from "./occurrences.ts";
import type { SchedulePolicy, Timing } from "./spec.ts";

/** How an occurrence came about. */
export const TRIGGERS = ["cron", "catch_up", "manual", "backfill"] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** The outcomes of an occurrence. `due` and `queued` lead to another one. */
export const FIRING_STATUSES = [
  "due",
  "queued",
  "started",
  "skipped_overlap",
  "missed",
  "refused",
  "excluded",
] as const;
export type FiringStatus = (typeof FIRING_STATUSES)[number];

/** Why an occurrence was missed. */
export const MISSED_REASONS = ["late", "superseded", "out_of_window", "limit", "paused"] as const;

/** What is decided of an occurrence, or of several that were missed for the same reason. */
export interface Verdict {
  readonly occurrence_at: number;
  readonly trigger: "cron" | "catch_up";
  readonly status: Exclude<FiringStatus, "started" | "refused">;
  readonly reason: (typeof MISSED_REASONS)[number] | null;
  /** How many occurrences it is about, the last of them at `until`. */
  readonly count: number;
  readonly until: number;
}

/** Where a schedule stands. */
export interface Standing {
  /** The nominal time of the last occurrence that was evaluated. */
  readonly watermark: number;
  /** How many of its own occurrences have become tasks or wait for their turn. */
  readonly started: number;
  /** Whether a task of the schedule has not ended. */
  readonly running: boolean;
  /** Firings that wait for the end of such a task. */
  readonly queued: number;
}

/** What follows from the due occurrences. */
export interface Evaluation {
  readonly verdicts: readonly Verdict[];
  readonly watermark: number;
  /** The next occurrence; null if the schedule is over. */
  readonly next: Occurrence | null;
  /** Whether running tasks have to be cancelled before the due firings. */
  readonly cancels: boolean;
}

/** An occurrence is late this long after its time, milliseconds. */
const LATE_MS = 30_000;
/** Maximum occurrences made up for at once. */
const MAX_CATCH_UP = 100;
/** Maximum occurrences that one evaluation looks at. What is left is due at once. */
const MAX_EVALUATED = 1000;
/** Above this number, occurrences that were missed for the same reason are one record. */
const MAX_SINGLE = 100;

/** Evaluates the occurrences that are due. @param now milliseconds since the epoch */
export function evaluate(
  timing: Timing,
  policy: SchedulePolicy,
  standing: Standing,
  now: number,
): Evaluation {
  const { max_fires } = timing.spec;
  const left = max_fires === null ? Infinity : max_fires - standing.started;
  const due: Occurrence[] = [];
  let next = left > 0 ? nextOccurrence(timing, standing.watermark) : null;
  while (next !== null && next.at <= now && due.length < MAX_EVALUATED) {
    due.push(next);
    next = nextOccurrence(timing, next.occurrence_at);
  }
  const judged = verdictsOf(
    due,
    next !== null && next.at <= now,
    policy,
    { ...standing, left },
    now,
  );
  const made = judged.verdicts.filter(({ status }) => status === "due" || status === "queued");
  return {
    ...judged,
    verdicts: gathered(judged.verdicts),
    watermark: due.at(-1)?.occurrence_at ?? standing.watermark,
    next: made.length >= left ? null : next,
  };
}

function verdictsOf(
  due: readonly Occurrence[],
  hasMore: boolean,
  policy: SchedulePolicy,
  standing: Standing & { readonly left: number },
  now: number,
): Pick<Evaluation, "verdicts" | "cancels"> {
  const candidates = due.filter(({ excluded }) => !excluded);
  const newest = hasMore ? null : (candidates.at(-1) ?? null);
  const isLate = (one: Occurrence) => one !== newest || now - one.at > LATE_MS;
  const late = candidates.filter(isLate);
  const firstMade = late[late.length - MAX_CATCH_UP]?.occurrence_at ?? -Infinity;
  const missed = (one: Occurrence): Verdict["reason"] => {
    if (!isLate(one)) {
      return null;
    }
    if (now - one.at > policy.catch_up_window_s * 1000) {
      return "out_of_window";
    }
    switch (policy.catch_up) {
      case "none":
        return "late";
      case "last":
        return one === newest ? null : "superseded";
      case "all":
        return hasMore || one.occurrence_at < firstMade ? "limit" : null;
      default:
        return policy.catch_up satisfies never;
    }
  };
  const state = { ...standing, cancels: false };
  const verdicts: Verdict[] = [];
  for (const one of due) {
    if (state.left <= 0) {
      break;
    }
    const trigger = !one.excluded && isLate(one) ? "catch_up" : "cron";
    const reason = one.excluded ? null : missed(one);
    const status = one.excluded
      ? "excluded"
      : reason === null
        ? admit(policy, trigger, state)
        : "missed";
    const { occurrence_at } = one;
    verdicts.push({ occurrence_at, trigger, status, reason, count: 1, until: occurrence_at });
  }
  return { verdicts, cancels: state.cancels };
}

interface Admission {
  running: boolean;
  queued: number;
  left: number;
  cancels: boolean;
}

/** Decides on an occurrence that is to be made, and counts it. */
function admit(
  { overlap, catch_up }: SchedulePolicy,
  trigger: Verdict["trigger"],
  state: Admission,
): "due" | "queued" | "skipped_overlap" {
  // All are to be made, and not at the same time: one after the other.
  const isOneOfAll = trigger === "catch_up" && catch_up === "all" && overlap !== "allow";
  const isBusy = state.running || state.queued > 0;
  const admission = isOneOfAll ? (isBusy ? "queued" : "due") : admissionUnder(overlap, state);
  if (admission === "skipped_overlap") {
    return admission;
  }
  state.left -= 1;
  if (admission === "queued") {
    state.queued += 1;
  } else {
    state.cancels ||= overlap === "cancel_running" && state.running;
    state.running = true;
  }
  return admission;
}

/** Decides by an overlap policy whether a firing starts, waits for its turn, or is skipped. */
export function admissionUnder(
  overlap: SchedulePolicy["overlap"],
  { running, queued }: Pick<Standing, "running" | "queued">,
): "due" | "queued" | "skipped_overlap" {
  const isBusy = running || queued > 0;
  switch (overlap) {
    case "allow":
    case "cancel_running":
      return "due";
    case "skip":
      return isBusy ? "skipped_overlap" : "due";
    case "queue_one":
      return isBusy ? (queued > 0 ? "skipped_overlap" : "queued") : "due";
    default:
      return overlap satisfies never;
  }
}

/** Makes one record of many missed occurrences with the same reason. */
function gathered(verdicts: readonly Verdict[]): Verdict[] {
  const counts = new Map<Verdict["reason"], Verdict[]>();
  for (const verdict of verdicts) {
    if (verdict.status === "missed") {
      counts.set(verdict.reason, [...(counts.get(verdict.reason) ?? []), verdict]);
    }
  }
  const many = new Map(
    [...counts].flatMap(([reason, all]) => {
      const [first, last] = [all[0], all.at(-1)];
      return all.length > MAX_SINGLE && first !== undefined && last !== undefined
        ? [[reason, { ...first, count: all.length, until: last.occurrence_at }] as const]
        : [];
    }),
  );
  return [
    ...verdicts.filter(({ status, reason }) => status !== "missed" || !many.has(reason)),
    ...many.values(),
  ].toSorted((a, b) => a.occurrence_at - b.occurrence_at);
}
