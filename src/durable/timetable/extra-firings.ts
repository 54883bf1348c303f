/** Firings outside the plan: triggers and backfills. */
import { opened, traced } from "../../run/schedule/clock.ts";
import { admissionUnder, type Trigger } from "../../run/schedule/evaluate.ts";
import { occurrencesAfter } from "../../run/schedule/occurrences.ts";
import type { Actor } from "../../store/audit.ts";
import { SAFETY_MS, type TimetableCore } from "./core.ts";
import { newIntent, QUEUED_FOR, type Whole } from "./firings.ts";
import { waiting, type Listing } from "./listing.ts";
import type { FiringKey } from "./rows.ts";
import type {
  BackfillRequest,
  Backfilled,
  StoredFiring,
  Triggered,
  TriggerRequest,
} from "./rpc.ts";
import { NOT_FOUND, type Turns } from "./turns.ts";

/** Maximum occurrences of one backfill. */
const MAX_BACKFILL = 1000;

export class ExtraFirings {
  readonly #core: TimetableCore;
  readonly #turns: Turns;
  readonly #listing: Listing;

  constructor(core: TimetableCore, turns: Turns, listing: Listing) {
    this.#core = core;
    this.#turns = turns;
    this.#listing = listing;
  }

  async trigger(scheduleId: string, request: TriggerRequest, actor: Actor): Promise<Triggered> {
    const decided = await this.#turns.change(scheduleId, null, async () => {
      const ended = await this.#core.endedOf([scheduleId]);
      await this.#turns.note(actor, "schedule.triggered", scheduleId, {});
      const now = this.#core.now();
      const keys: (FiringKey & { readonly taskId: string | null })[] = [];
      this.#core.transaction(() => {
        this.#core.firings.evaluate(scheduleId, ended, now);
        const whole = this.#core.firings.whole(scheduleId);
        if (whole !== null) {
          keys.push(this.#decide(whole, request, now));
        }
      });
      await this.#core.arm(SAFETY_MS);
      const [key] = keys;
      return key === undefined ? NOT_FOUND : { ok: true as const, key };
    });
    if (!decided.ok) {
      return decided;
    }
    const { key } = decided;
    if (key.taskId !== null) {
      await this.#core.submit(scheduleId, key.taskId);
    }
    await this.#core.rearm();
    const firing = this.#listing.firing(scheduleId, key);
    return firing === null ? NOT_FOUND : { ok: true, firing };
  }

  /** Writes what is decided of a trigger. Returns its key, and the id of its task if it starts. */
  #decide(whole: Whole, { occurrence_at, overlap, trace = null }: TriggerRequest, now: number) {
    const { rows, firings } = this.#core;
    const { record, clock, definition } = whole;
    const at = occurrence_at ?? now;
    const key = { occurrence_at: at, trigger: "manual" as const, n: this.#numberOf(whole, at) };
    const policy = overlap ?? definition.policy.overlap;
    const standing = { running: clock.live.length > 0, queued: clock.queued };
    const admission = admissionUnder(policy, standing);
    if (admission === "due") {
      const intent = newIntent(key, now, policy === "cancel_running" ? clock.live : [], trace);
      rows.setClock(record.schedule_id, opened(clock, intent));
      return { ...key, taskId: intent.task_id };
    }
    if (admission === "queued") {
      rows.record(record.schedule_id, waiting(key, QUEUED_FOR.overlap, now));
      const queued = { ...clock, queued: clock.queued + 1 };
      rows.setClock(record.schedule_id, traced(queued, key, trace));
    } else {
      const verdict = { ...key, status: admission, reason: null };
      rows.setClock(record.schedule_id, firings.skipped(record, clock, verdict, now));
    }
    return { ...key, taskId: null };
  }

  /** Returns the number of a new manual firing of an occurrence. */
  #numberOf({ record, clock }: Whole, at: number): number {
    const isSame = ({ occurrence_at, trigger }: Pick<StoredFiring, "occurrence_at" | "trigger">) =>
      occurrence_at === at && trigger === "manual";
    const known = [...this.#core.rows.of(record.schedule_id, at), ...clock.open].filter(isSame);
    return Math.max(-1, ...known.map(({ n }) => n)) + 1;
  }

  backfill(scheduleId: string, request: BackfillRequest, actor: Actor): Promise<Backfilled> {
    return this.#turns.change<Backfilled>(scheduleId, null, async (whole) => {
      const occurrences: number[] = [];
      for (const one of occurrencesAfter(whole.timing, request.from - 1)) {
        if (one.occurrence_at >= request.to) {
          break;
        }
        if (!one.excluded) {
          occurrences.push(one.occurrence_at);
        }
        if (occurrences.length > MAX_BACKFILL) {
          return { ok: false, reason: "too_many" };
        }
      }
      const missing = occurrences.filter((at) => !this.#isMade(whole, at));
      if (request.dry_run || missing.length === 0) {
        return { ok: true, occurrences: missing };
      }
      const { from, to } = request;
      const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      await this.#turns.note(actor, "schedule.backfilled", scheduleId, {
        ...span,
        occurrences: missing.length,
      });
      this.#queue(scheduleId, missing, request);
      await this.#core.pass([scheduleId]);
      return { ok: true, occurrences: missing };
    });
  }

  #queue(scheduleId: string, occurrences: readonly number[], { overlap }: BackfillRequest): void {
    const { rows } = this.#core;
    this.#turns.write(scheduleId, ({ clock, definition }) => {
      const policy = overlap ?? definition.policy.overlap;
      const reason = policy === "allow" ? QUEUED_FOR.batch : QUEUED_FOR.overlap;
      for (const occurrence_at of occurrences) {
        const key = { occurrence_at, trigger: "backfill", n: 0 } as const;
        rows.record(scheduleId, waiting(key, reason, this.#core.now()));
      }
      rows.setClock(scheduleId, { ...clock, queued: clock.queued + occurrences.length });
    });
  }

  /** Returns whether an occurrence has become a task, or is about to. */
  #isMade({ record, clock }: Whole, at: number): boolean {
    return (
      clock.open.some((one) => one.occurrence_at === at && isPlanned(one.trigger)) ||
      this.#core.rows
        .of(record.schedule_id, at)
        .some(
          ({ trigger, status }) =>
            isPlanned(trigger) && (status === "started" || status === "queued" || status === "due"),
        )
    );
  }
}

/** Returns whether a firing stands for an occurrence, so that a backfill does not repeat it. */
function isPlanned(trigger: Trigger): boolean {
  return trigger !== "manual";
}
