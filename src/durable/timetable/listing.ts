/** What clients read of a timetable. An intent is listed as a firing that is due. */
import type { Firings, Whole } from "./firings.ts";
import type { FiringKey, Rows } from "./rows.ts";
import type { FiringsRequest, ScheduleState, StoredFiring } from "./rpc.ts";

export class Listing {
  readonly #rows: Rows;
  readonly #firings: Firings;

  constructor(rows: Rows, firings: Firings) {
    this.#rows = rows;
    this.#firings = firings;
  }

  /** Returns a page of schedules, newest first. */
  list(before: string | null, limit: number): ScheduleState[] {
    return this.#rows.schedules(before, limit).flatMap(({ schedule_id }) => {
      return this.state(schedule_id) ?? [];
    });
  }

  /** Returns the state of a schedule, or null. */
  state(scheduleId: string): ScheduleState | null {
    const whole = this.#firings.whole(scheduleId);
    return whole === null ? null : stateOf(whole);
  }

  /** Returns a page of firings, newest occurrence first; null for an unknown schedule. */
  page(scheduleId: string, request: FiringsRequest): StoredFiring[] | null {
    const rows = this.#rows;
    const clock = rows.clock(scheduleId);
    if (clock === null) {
      return null;
    }
    const { status, before, limit } = request;
    const open = clock.open
      .map((intent) => waiting(intent, null, intent.at))
      .filter((one) => (status === null || status === "due") && isBefore(one, before));
    const keys = new Set(open.map(keyText));
    const recorded = rows
      .firings(scheduleId, { ...request, limit: limit + open.length })
      .filter((one) => !keys.has(keyText(one)));
    return [...open, ...recorded].toSorted((a, b) => (isBefore(a, b) ? 1 : -1)).slice(0, limit);
  }

  /** Returns the firing with a key, or null. */
  firing(scheduleId: string, key: FiringKey): StoredFiring | null {
    const text = keyText(key);
    const rows = this.#rows;
    const intent = rows.clock(scheduleId)?.open.find((one) => keyText(one) === text);
    return intent === undefined
      ? (rows.of(scheduleId, key.occurrence_at).find((one) => keyText(one) === text) ?? null)
      : waiting(intent, null, intent.at);
  }
}

/** Returns the state of a schedule. */
export function stateOf({ record, clock }: Whole): ScheduleState {
  const { state, paused_by, note, watermark, next_at, started, skipped } = clock;
  return { ...record, state, paused_by, note, watermark, next_at, started, skipped };
}

/** Returns a firing that has not been made yet. @param reason why it waits; null if it is due */
export function waiting(
  { occurrence_at, trigger, n }: FiringKey,
  reason: string | null,
  at: number,
): StoredFiring {
  return {
    occurrence_at,
    trigger,
    n,
    status: reason === null ? "due" : "queued",
    task_id: null,
    reason,
    detail: null,
    count: 1,
    until: occurrence_at,
    at,
  };
}

function keyText({ occurrence_at, trigger, n }: FiringKey): string {
  return `${occurrence_at} ${trigger} ${n}`;
}

/** Returns whether a firing comes after a position in a list whose newest occurrence is first. */
function isBefore(one: FiringKey, position: FiringKey | null): boolean {
  if (position === null || one.occurrence_at !== position.occurrence_at) {
    return position === null || one.occurrence_at < position.occurrence_at;
  }
  return one.trigger === position.trigger ? one.n < position.n : one.trigger < position.trigger;
}
