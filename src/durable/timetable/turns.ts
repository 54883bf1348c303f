/**
 * Changes of a timetable by clients, one after the other. A change first waits for its audit entry,
 * so it looks at the schedule again when it writes.
 */
import type { JsonObject } from "../../run/value/json.ts";
import type { Actor, AuditAction, AuditStore } from "../../store/audit.ts";
import type { TimetableCore } from "./core.ts";
import type { Whole } from "./firings.ts";
import { stateOf } from "./listing.ts";
import type { ExpectedVersion, ScheduleRefusal } from "./rpc.ts";

/** The refusal of a change of a schedule that does not exist. */
export const NOT_FOUND = { ok: false, reason: "not_found" } as const;

export class Turns {
  readonly #core: TimetableCore;
  readonly #audit: Pick<AuditStore, "note">;
  /** Settles when the newest change has completed or failed. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(core: TimetableCore, audit: Pick<AuditStore, "note">) {
    this.#core = core;
    this.#audit = audit;
  }

  /** Makes a change of a schedule in turn, if it exists and has the expected version. */
  change<T extends { readonly ok: boolean }>(
    scheduleId: string,
    expected: ExpectedVersion | null,
    change: (whole: Whole) => Promise<T | ScheduleRefusal>,
  ): Promise<T | ScheduleRefusal> {
    return this.inTurn(async () => {
      const whole = this.#core.firings.whole(scheduleId);
      if (whole === null) {
        return NOT_FOUND;
      }
      const { version, created_at } = whole.record;
      return expected === null ||
        (expected.version === version && expected.created_at === created_at)
        ? change(whole)
        : { ok: false, reason: "changed", current: stateOf(whole) };
    });
  }

  /** Changes a schedule in one transaction, as it is now. */
  write(scheduleId: string, change: (whole: Whole) => void): void {
    this.#core.transaction(() => {
      const whole = this.#core.firings.whole(scheduleId);
      if (whole !== null) {
        change(whole);
      }
    });
  }

  /** Makes a change once those before it have completed or failed. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#lastChange.then(change);
    this.#lastChange = changed.catch(() => undefined);
    return changed;
  }

  /** Writes the audit entry of a change. */
  async note(
    actor: Actor,
    action: AuditAction,
    subject: string,
    details: JsonObject,
  ): Promise<void> {
    await this.#audit.note(actor, { tenant_id: this.#core.tenantId, action, subject, details });
  }
}
