/**
 * A tenant's timetable without the platform around it: passes over what is due, and the alarm.
 *
 * A pass decides first and acts afterwards. One transaction writes an intent, with the id of its
 * task, for each firing and moves the watermark past it; then the tasks are submitted under these
 * ids. A process that dies in between leaves its alarm due, and the next pass submits the same ids.
 */
import { observerFor, type ObservedIds, type Observer } from "../../observe.ts";
import { digestOf } from "../../agent/loop/digest.ts";
import { tracedIds } from "../../run/trace/identity.ts";
import type { TaskStatus } from "../../run/log/state.ts";
import type { NoticeBatch } from "../../run/log/webhook-body.ts";
import type { Ended, OpenFiring, ScheduleNotice } from "../../run/schedule/clock.ts";
import { taskBody } from "../../run/schedule/definition.ts";
import { previousOccurrence } from "../../run/schedule/occurrences.ts";
import { MAX_SCHEDULES } from "../../run/schedule/spec.ts";
import type { SubmitOrder, TaskOrderAnswer } from "../../run/spec/task-order.ts";
import { defined } from "../../run/value/defined.ts";
import { isoTime } from "../../run/value/time.ts";
import { newActor, type AuditStore } from "../../store/audit.ts";
import type { TimetableStore } from "../../store/timetables.ts";
import { Alarms, FURTHEST_MS } from "../run/alarms.ts";
import type { RunStorage } from "../run/storage/storage.ts";
import { Firings, MAX_OPEN, SERVICE } from "./firings.ts";
import { Rows } from "./rows.ts";

/** What a timetable works with. */
export interface TimetableDeps {
  readonly submit: SubmitOrder;
  /** Cancels a task of the tenant. A task that has ended or is gone stays as it is. */
  cancel(tenantId: string, taskId: string, by: string): Promise<void>;
  /** Returns the status of tasks by their ids; those that do not exist are absent. */
  statuses(tenantId: string, taskIds: readonly string[]): Promise<ReadonlyMap<string, TaskStatus>>;
  /** Sends notices to the webhook queue. */
  announce(batch: NoticeBatch): Promise<void>;
  readonly audit: Pick<AuditStore, "note">;
  readonly net: Pick<TimetableStore, "note" | "remove">;
  readonly observer: Observer;
  now(): number;
}

/** Maximum intents and notices that one pass sends; the rest follow at once. */
const MAX_SENT = 50;
/** Sent side by side. */
const WIDTH = 10;
/** Pause before a failed pass is repeated, milliseconds. It doubles up to the longest one. */
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** The alarm that sends the intents of a process that dies while it sends them, milliseconds. */
export const SAFETY_MS = 10_000;
/** While a firing waits for the end of a task, the task is looked at this often: its news may be lost. */
const QUEUE_CHECK_MS = 60_000;
/** The reconciler looks at a timetable this long after its alarm was due. */
const NET_MS = 300_000;
/** D1 is not written again while what it has is late by this much or more … */
const NET_LEAST_MS = 60_000;
/** … and by this much or less. */
const NET_MOST_MS = 600_000;

/** One thing to send. */
type Work =
  | { readonly scheduleId: string; readonly intent: OpenFiring }
  | { readonly scheduleId: string; readonly notices: readonly ScheduleNotice[] };

export class TimetableCore {
  readonly rows: Rows;
  readonly firings: Firings;
  readonly tenantId: string;
  readonly #storage: RunStorage;
  readonly #deps: TimetableDeps;
  readonly #observer: Observer;
  readonly #alarms: Alarms;
  // Not persisted: failed passes in a row, and intents that are being submitted.
  #failed = 0;
  readonly #sending = new Set<string>();

  constructor(storage: RunStorage, tenantId: string, deps: TimetableDeps) {
    this.rows = new Rows(storage.sql);
    this.firings = new Firings(this.rows, tenantId);
    this.tenantId = tenantId;
    this.#storage = storage;
    this.#deps = deps;
    this.#observer = observerFor(deps.observer, () => ({ tenant_id: tenantId }));
    this.#alarms = new Alarms(storage);
  }

  now(): number {
    return this.#deps.now();
  }

  /** Runs a change in one transaction. */
  transaction(change: () => void): void {
    this.#storage.transactionSync(change);
  }

  /** Does what is due. Does not throw, unless the alarm cannot be set. */
  async alarm(scheduled = 0): Promise<void> {
    this.#alarms.fired(scheduled);
    // Until this returns, the alarm counts as due.
    await this.#pass([], true);
    await this.rearm();
  }

  /** Does what is due and sets the alarm again, whatever is known of it. */
  async wake(): Promise<void> {
    if (!this.rows.exist) {
      await this.#deps.net.remove(this.tenantId);
      return;
    }
    this.rows.checkAt = null;
    this.#alarms.fired();
    await this.#pass([], false);
    await this.rearm();
  }

  /**
   * Evaluates the named schedules and those that are due, and sends what is to be sent. A failure is
   * reported and repeated by the alarm.
   */
  async pass(scheduleIds: readonly string[]): Promise<void> {
    await this.#pass(scheduleIds, false);
    await this.rearm();
  }

  /** @param isArmed whether the alarm is due until this returns */
  async #pass(scheduleIds: readonly string[], isArmed: boolean): Promise<void> {
    try {
      const ids = new Set([...scheduleIds, ...this.rows.due(this.now(), MAX_SCHEDULES)]);
      if (ids.size > 0) {
        const ended = await this.endedOf([...ids]);
        this.transaction(() => {
          for (const id of ids) {
            this.firings.evaluate(id, ended, this.now());
          }
        });
        if (!isArmed) {
          await this.arm(SAFETY_MS);
        }
      }
      const failures = await this.#send();
      this.#failed = failures === 0 ? 0 : this.#failed + 1;
    } catch (error) {
      this.#observer.fault("timetable.pass", error);
      this.#failed += 1;
    }
  }

  /** Returns how the live tasks of schedules have ended, as far as it matters to them. */
  async endedOf(scheduleIds: readonly string[]): Promise<ReadonlyMap<string, Ended>> {
    const live = scheduleIds.flatMap((id) => {
      const whole = this.firings.whole(id);
      if (whole === null) {
        return [];
      }
      const { overlap, pause_after_failures: most } = whole.definition.policy;
      const matters = overlap !== "allow" || most !== null || whole.clock.queued > 0;
      return matters ? whole.clock.live : [];
    });
    return live.length === 0 ? new Map() : this.ended(live);
  }

  /** Returns how tasks have ended; those that have not are absent. */
  async ended(taskIds: readonly string[]): Promise<ReadonlyMap<string, Ended>> {
    const statuses = await this.#deps.statuses(this.tenantId, taskIds);
    return new Map(
      taskIds.flatMap((id): [string, Ended][] => {
        const status = statuses.get(id);
        if (status === undefined) {
          return [[id, null]];
        }
        return status === "completed" || status === "failed" || status === "cancelled"
          ? [[id, status]]
          : [];
      }),
    );
  }

  /**
   * Sets the alarm to what is due next. The alarm is set in the turn of the caller: after a
   * transaction, both are stored or neither is.
   * @param workMs pause before intents and notices are sent
   */
  async arm(workMs = this.#pause()): Promise<number | null> {
    const now = this.now();
    const { next, hasWork, queues } = this.rows.next();
    const times = [
      next,
      hasWork ? now + workMs : null,
      queues ? now + QUEUE_CHECK_MS : null,
    ].filter((time) => time !== null);
    const time = times.length === 0 ? null : Math.max(Math.min(...times), now + this.#pause());
    await this.#alarms.at(time === null ? null : Math.min(time, now + FURTHEST_MS));
    return time;
  }

  /** Sets the alarm to what is due next, and tells D1 when to look if that has changed. */
  async rearm(): Promise<void> {
    const time = await this.arm();
    await this.#noteNet(time).catch((error: unknown) => {
      this.#observer.fault("timetable.net", error);
    });
  }

  /** Notes that a task has ended: its schedule may have to start another, or to be paused. */
  async taskEnded(scheduleId: string, taskId: string): Promise<void> {
    const whole = this.firings.whole(scheduleId);
    if (whole === null || !whole.clock.live.includes(taskId)) {
      return;
    }
    if (whole.clock.queued > 0 || whole.definition.policy.pause_after_failures !== null) {
      await this.pass([scheduleId]);
    }
  }

  /** Deletes everything of a timetable without schedules. */
  async forget(): Promise<void> {
    await this.#storage.deleteAll();
    this.rows.reload();
    await this.#deps.net.remove(this.tenantId);
  }

  /** Submits one intent now. A failure is left to the alarm. */
  async submit(scheduleId: string, taskId: string): Promise<void> {
    const intent = this.rows.clock(scheduleId)?.open.find(({ task_id }) => task_id === taskId);
    if (intent !== undefined) {
      await this.#sendOne({ scheduleId, intent }).catch((error: unknown) => {
        this.#observer.fault("timetable.submit", error, this.#idsOf(intent));
        this.#failed = Math.max(1, this.#failed);
      });
    }
  }

  #pause(): number {
    return this.#failed === 0
      ? 0
      : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(this.#failed - 1, 10));
  }

  async #noteNet(time: number | null): Promise<void> {
    if (!this.rows.exist) {
      return;
    }
    const known = this.rows.checkAt;
    const late = known === null || time === null ? null : known - time;
    const isRight =
      time === null ? known === null : late !== null && late >= NET_LEAST_MS && late <= NET_MOST_MS;
    if (!isRight) {
      const checkAt = time === null ? null : time + NET_MS;
      await this.#deps.net.note(this.tenantId, checkAt === null ? null : isoTime(checkAt));
      this.rows.checkAt = checkAt;
    }
  }

  /** Sends intents and notices, a few at a time. Returns how many failed. */
  async #send(): Promise<number> {
    const work = this.#work();
    let failures = 0;
    const rest = work.values();
    await Promise.all(
      Array.from({ length: Math.min(WIDTH, work.length) }, async () => {
        for (const one of rest) {
          await this.#sendOne(one).catch((error: unknown) => {
            failures += 1;
            this.#observer.fault(
              "timetable.send",
              error,
              "intent" in one ? this.#idsOf(one.intent) : {},
            );
          });
        }
      }),
    );
    return failures;
  }

  #work(): Work[] {
    const work: Work[] = [];
    for (const scheduleId of this.rows.withWork(MAX_SENT)) {
      const { open, notices } = this.rows.clock(scheduleId) ?? { open: [], notices: [] };
      if (notices.length > 0) {
        work.push({ scheduleId, notices });
      }
      work.push(...open.slice(0, MAX_OPEN).map((intent) => ({ scheduleId, intent })));
    }
    return work.slice(0, MAX_SENT);
  }

  /** The task of an intent has the trace that its submission will state. */
  #idsOf({ task_id, trace }: OpenFiring): ObservedIds {
    return tracedIds({ tenant_id: this.tenantId, task_id, trace }, digestOf);
  }

  async #sendOne(work: Work): Promise<void> {
    if ("notices" in work) {
      await this.#notify(work.scheduleId, work.notices);
      return;
    }
    const { scheduleId, intent } = work;
    if (this.#sending.has(intent.task_id)) {
      return;
    }
    this.#sending.add(intent.task_id);
    try {
      const outcome = await this.#submitted(scheduleId, intent);
      if (outcome !== null) {
        this.transaction(() => this.firings.close(scheduleId, intent, outcome, this.now()));
      }
    } finally {
      this.#sending.delete(intent.task_id);
    }
  }

  /** Submits the task of an intent. Returns null for a schedule that was deleted. */
  async #submitted(scheduleId: string, intent: OpenFiring): Promise<TaskOrderAnswer | null> {
    const whole = this.firings.whole(scheduleId);
    if (whole === null) {
      return null;
    }
    for (const taskId of intent.cancel) {
      await this.#deps.cancel(this.tenantId, taskId, scheduleId);
    }
    const { definition, timing } = whole;
    const { occurrence_at, trigger, task_id } = intent;
    const previous_at = previousOccurrence(timing, occurrence_at);
    const { name } = definition;
    const context = { schedule_id: scheduleId, name, occurrence_at, previous_at, trigger };
    const { body, faults } = taskBody(definition.action.task, context);
    const [fault] = faults;
    if (fault !== undefined) {
      const message = `The task cannot be filled: ${fault.pointer} ${fault.detail}.`;
      return { ok: false, code: "validation_failed", message };
    }
    const { action, origin } = definition;
    return this.#deps.submit({
      tenant_id: this.tenantId,
      task_id,
      body,
      schedule_id: scheduleId,
      ...defined({
        agent_version: action.agent_version ?? undefined,
        untrusted: origin?.untrusted ?? undefined,
        policy: origin?.policy ?? undefined,
        trace: intent.trace,
      }),
    });
  }

  async #notify(scheduleId: string, notices: readonly ScheduleNotice[]): Promise<void> {
    for (const { type, data } of notices) {
      if (type === "schedule.paused") {
        await this.#deps.audit.note(newActor(this.now(), SERVICE), {
          tenant_id: this.tenantId,
          action: "schedule.paused",
          subject: scheduleId,
          details: { note: data["note"] ?? null },
        });
      }
    }
    await this.#deps.announce({
      kind: "notices",
      tenant_id: this.tenantId,
      task_id: scheduleId,
      schedule_id: scheduleId,
      notices: notices.map(({ seq, type, at, data }) => ({
        seq,
        type,
        body: JSON.stringify({ type, timestamp: at, data }),
      })),
    });
    const sent = new Set(notices.map(({ seq }) => seq));
    this.transaction(() => {
      const clock = this.rows.clock(scheduleId);
      if (clock !== null) {
        const left = clock.notices.filter(({ seq }) => !sent.has(seq));
        this.rows.setClock(scheduleId, { ...clock, notices: left });
      }
    });
  }
}
