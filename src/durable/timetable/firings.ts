/**
 * Changes of a schedule's clock, with the records that belong to them. Every method is synchronous
 * and is called inside one transaction.
 */
import {
  closed,
  counted,
  discounted,
  noticed,
  opened,
  settled,
  untraced,
  type Clock,
  type Ended,
  type OpenFiring,
} from "../../run/schedule/clock.ts";
import { readDefinition } from "../../run/schedule/definition.ts";
import { evaluate, type Verdict } from "../../run/schedule/evaluate.ts";
import { nextOccurrence } from "../../run/schedule/occurrences.ts";
import { timingOf, type ScheduleDefinition, type Timing } from "../../run/schedule/spec.ts";
import type { TaskOrderAnswer } from "../../run/spec/task-order.ts";
import { newTaskId } from "../../run/value/id.ts";
import { isoTime } from "../../run/value/time.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { Rows } from "./rows.ts";
import type { ScheduleRecord, StoredFiring } from "./rpc.ts";

/** Maximum intents of one schedule at a time. */
export const MAX_OPEN = 50;
/** Records are cleaned up after this many new ones, or a day. */
const CLEAN_EVERY = 100;
const DAY_MS = 86_400_000;
/** Author of a pause that no person made. */
export const SERVICE = "service";
/** Why a firing waits in the queue: for the end of a running task, or for room alone. */
export const QUEUED_FOR = { overlap: "overlap", batch: "batch" } as const;

/** A schedule with all that is stored of it. */
export interface Whole {
  readonly record: ScheduleRecord;
  readonly definition: ScheduleDefinition;
  readonly timing: Timing;
  readonly clock: Clock;
}

/** The firings of the schedules of one tenant. */
export class Firings {
  readonly #rows: Rows;
  readonly #tenantId: string;

  constructor(rows: Rows, tenantId: string) {
    this.#rows = rows;
    this.#tenantId = tenantId;
  }

  /** Returns a schedule, or null. */
  whole(scheduleId: string): Whole | null {
    const record = this.#rows.schedule(scheduleId);
    const clock = this.#rows.clock(scheduleId);
    if (record === null || clock === null) {
      return null;
    }
    const definition = readDefinition(record.definition);
    const timing = timingOf(this.#tenantId, definition, Date.parse(record.created_at));
    return { record, definition, timing, clock };
  }

  /**
   * Decides on everything that is due of a schedule: its occurrences, its queue, and whether it has
   * to be paused. Writes nothing if nothing is due.
   * @param ended tasks that have ended
   */
  evaluate(scheduleId: string, ended: ReadonlyMap<string, Ended>, now: number): void {
    const whole = this.whole(scheduleId);
    if (whole === null) {
      return;
    }
    const { definition } = whole;
    let clock = settled(whole.clock, ended);
    const { pause_after_failures: most } = definition.policy;
    if (clock.state === "active" && most !== null && clock.failures >= most) {
      clock = this.paused(whole, clock, `${clock.failures} tasks failed in a row`, SERVICE, now);
    }
    if (clock.state === "active") {
      clock = this.#made({ ...whole, clock }, now);
    }
    clock = this.#cleaned(scheduleId, this.#started(scheduleId, clock, now), now);
    if (clock !== whole.clock) {
      this.#rows.setClock(scheduleId, clock);
    }
  }

  /** Writes the intents and records of the due occurrences. */
  #made({ record, definition, timing, clock }: Whole, now: number): Clock {
    const { watermark, started, live, queued } = clock;
    const standing = { watermark, started, running: live.length > 0, queued };
    const evaluation = evaluate(timing, definition.policy, standing, now);
    const next_at = evaluation.next?.at ?? null;
    if (evaluation.watermark === watermark && next_at === clock.next_at) {
      return clock;
    }
    let changed: Clock = { ...clock, watermark: evaluation.watermark, next_at };
    let toCancel = evaluation.cancels ? live : [];
    for (const verdict of evaluation.verdicts) {
      const { status, trigger } = verdict;
      if (status === "due") {
        const intent = newIntent({ ...verdict, n: 0 }, now, toCancel);
        changed = opened(counted(changed, trigger), intent);
        toCancel = [];
      } else if (status === "queued") {
        this.#record(record, { ...verdict, reason: QUEUED_FOR.overlap }, now);
        changed = counted({ ...changed, queued: changed.queued + 1 }, trigger);
      } else {
        changed = this.skipped(record, changed, verdict, now);
      }
    }
    return changed;
  }

  /** Records occurrences that are not made, with a notice. */
  skipped(
    record: ScheduleRecord,
    clock: Clock,
    verdict: Pick<StoredFiring, "occurrence_at" | "trigger" | "status" | "reason"> &
      Partial<Pick<StoredFiring, "n" | "count" | "until">>,
    now: number,
  ): Clock {
    const firing = this.#record(record, verdict, now);
    const { fresh, skipped } = clock;
    return noticed(
      { ...clock, fresh: fresh + 1, skipped: skipped + firing.count },
      { type: "schedule.skipped", at: isoTime(now), data: noticeData(record, firing) },
    );
  }

  /** Moves firings from the queue to the intents, as many as may start. */
  #started(scheduleId: string, clock: Clock, now: number): Clock {
    let changed = clock;
    const waiting = clock.queued > 0 ? this.#rows.queue(scheduleId, MAX_OPEN) : [];
    for (const firing of waiting) {
      const isFree = changed.live.length === 0;
      const mayStart = firing.reason === QUEUED_FOR.batch || isFree;
      if (!mayStart || changed.open.length >= MAX_OPEN) {
        break;
      }
      const { clock: taken, trace } = untraced(changed, firing);
      changed = opened(taken, newIntent(firing, now, [], trace));
      changed = { ...changed, queued: changed.queued - 1 };
      this.#rows.record(scheduleId, { ...firing, status: "due", reason: null });
    }
    return changed;
  }

  /** Writes the outcome of an intent. A second time changes nothing. */
  close(scheduleId: string, intent: OpenFiring, outcome: TaskOrderAnswer, now: number): void {
    const whole = this.whole(scheduleId);
    const isOpen = whole?.clock.open.some(({ task_id }) => task_id === intent.task_id) === true;
    if (whole === null || !isOpen) {
      return;
    }
    const { record, definition } = whole;
    const { occurrence_at, trigger, n, at } = intent;
    const firing: StoredFiring = {
      occurrence_at,
      trigger,
      n,
      status: outcome.ok ? "started" : "refused",
      task_id: outcome.ok ? intent.task_id : null,
      reason: outcome.ok ? null : outcome.code,
      detail: outcome.ok ? null : outcome.message,
      count: 1,
      until: occurrence_at,
      at,
    };
    this.#rows.record(scheduleId, firing);
    let clock = closed(whole.clock, intent, !outcome.ok);
    clock = { ...clock, fresh: clock.fresh + 1 };
    if (!outcome.ok) {
      const data = noticeData(record, firing);
      clock = noticed(clock, { type: "schedule.skipped", at: isoTime(now), data });
      const { pause_after_refusals: most } = definition.policy;
      if (clock.state === "active" && most !== null && clock.refusals >= most) {
        const why = `${clock.refusals} submissions were refused in a row: ${outcome.message}`;
        clock = this.paused(whole, clock, why, SERVICE, now);
      } else if (clock.state === "active" && definition.spec.max_fires !== null) {
        // It counts no more: another occurrence may be made in its place.
        clock = this.restarted(whole, clock, clock.watermark);
      }
    }
    this.#rows.setClock(scheduleId, clock);
  }

  /**
   * Pauses a schedule. Firings in its queue are missed. A pause by the service has a notice.
   * @param by id of a key, or `SERVICE`
   */
  paused(
    { record }: Pick<Whole, "record">,
    clock: Clock,
    note: string | null,
    by: string,
    now: number,
  ): Clock {
    let changed: Clock = { ...clock, state: "paused", paused_by: by, note, next_at: null };
    for (const firing of this.#rows.queue(record.schedule_id, clock.queued)) {
      const { skipped } = changed;
      const { occurrence_at, trigger, n } = firing;
      const missed = { occurrence_at, trigger, n, status: "missed", reason: "paused" } as const;
      const { clock: untracked } = untraced(changed, firing);
      changed = this.skipped(record, discounted(untracked, trigger), missed, now);
      changed = { ...changed, skipped: skipped + 1 };
    }
    changed = { ...changed, queued: 0 };
    this.#rows.update({ ...record, version: record.version + 1, updated_at: isoTime(now) });
    return by === SERVICE
      ? noticed(changed, {
          type: "schedule.paused",
          at: isoTime(now),
          data: { schedule_id: record.schedule_id, name: record.name, note },
        })
      : changed;
  }

  /** Returns the clock of a schedule whose occurrences count from now on. */
  restarted({ timing }: Pick<Whole, "timing">, clock: Clock, now: number): Clock {
    const watermark = Math.max(clock.watermark, now);
    const { max_fires } = timing.spec;
    const isOver = max_fires !== null && clock.started >= max_fires;
    const next = isOver ? null : nextOccurrence(timing, watermark);
    return { ...clock, watermark, next_at: next?.at ?? null };
  }

  #record(
    { schedule_id }: ScheduleRecord,
    verdict: Pick<Verdict, "occurrence_at"> &
      Pick<StoredFiring, "status" | "reason" | "trigger"> &
      Partial<Pick<StoredFiring, "n" | "count" | "until">>,
    now: number,
  ): StoredFiring {
    const { occurrence_at, trigger, status, reason } = verdict;
    const { n = 0, count = 1, until = occurrence_at } = verdict;
    const key = { occurrence_at, trigger, n };
    const firing = { ...key, status, reason, count, until, task_id: null, detail: null, at: now };
    this.#rows.record(schedule_id, firing);
    return firing;
  }

  #cleaned(scheduleId: string, clock: Clock, now: number): Clock {
    const { fresh, cleaned_at } = clock;
    if (fresh < CLEAN_EVERY && (fresh === 0 || now - cleaned_at < DAY_MS)) {
      return clock;
    }
    this.#rows.clean(scheduleId, now);
    return { ...clock, fresh: 0, cleaned_at: now };
  }
}

/** Returns the intent of a firing under a new task id. */
export function newIntent(
  { occurrence_at, trigger, n }: Pick<StoredFiring, "occurrence_at" | "trigger" | "n">,
  now: number,
  cancel: readonly string[],
  trace: TraceContext | null = null,
): OpenFiring {
  const task_id = newTaskId(now, crypto.getRandomValues(new Uint8Array(16)));
  return {
    occurrence_at,
    trigger,
    n,
    task_id,
    at: now,
    cancel,
    ...(trace !== null && { trace }),
  };
}

function noticeData(
  { schedule_id, name }: ScheduleRecord,
  { occurrence_at, until, count, trigger, status, reason }: StoredFiring,
) {
  return {
    schedule_id,
    name,
    occurrence_at: isoTime(occurrence_at),
    until: isoTime(until),
    count,
    trigger,
    status,
    reason,
  };
}
