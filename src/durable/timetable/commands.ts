/**
 * Changes that clients make to schedules. Each is audited: the entry comes first, so that no change
 * is in force without it.
 */
import { newClock, type Clock } from "../../run/schedule/clock.ts";
import { readDefinition } from "../../run/schedule/definition.ts";
import { MAX_SCHEDULES, timingOf } from "../../run/schedule/spec.ts";
import { newActor, type Actor } from "../../store/audit.ts";
import type { TimetableCore } from "./core.ts";
import type { Listing } from "./listing.ts";
import type {
  ExpectedVersion,
  ScheduleInput,
  ScheduleRecord,
  ScheduleRefusal,
  ScheduleWritten,
} from "./rpc.ts";
import { NOT_FOUND, type Turns } from "./turns.ts";

export class TimetableCommands {
  readonly #core: TimetableCore;
  readonly #turns: Turns;
  readonly #listing: Listing;

  constructor(core: TimetableCore, turns: Turns, listing: Listing) {
    this.#core = core;
    this.#turns = turns;
    this.#listing = listing;
  }

  create(
    { most, ...input }: ScheduleInput,
    scheduleId: string,
    actor: Actor,
  ): Promise<ScheduleWritten> {
    return this.#turns.inTurn(async () => {
      const { rows, firings } = this.#core;
      if (rows.schedule(scheduleId) !== null) {
        await this.#core.rearm();
        return this.#written(scheduleId);
      }
      if (rows.idOf(input.name) !== null) {
        return { ok: false, reason: "exists" };
      }
      if (rows.count() >= MAX_SCHEDULES) {
        return { ok: false, reason: "full" };
      }
      const ofRun = most === undefined ? 0 : rows.countBy(actor.by);
      if (most !== undefined && (ofRun >= most.of_run || rows.countByRuns() >= most.of_runs)) {
        return { ok: false, reason: "run_full" };
      }
      await this.#turns.note(actor, "schedule.created", scheduleId, { name: input.name });
      const now = Date.parse(actor.at);
      const record: ScheduleRecord = {
        schedule_id: scheduleId,
        ...input,
        version: 1,
        created_at: actor.at,
        created_by: actor.by,
        updated_at: actor.at,
      };
      this.#core.transaction(() => {
        rows.create();
        rows.insert(record);
        const timing = timingOf(this.#core.tenantId, readDefinition(input.definition), now);
        rows.setClock(scheduleId, firings.restarted({ timing }, newClock(now), now));
      });
      await this.#core.rearm();
      return this.#written(scheduleId);
    });
  }

  replace(
    scheduleId: string,
    input: ScheduleInput,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<ScheduleWritten> {
    return this.#turns.change(scheduleId, expected, async () => {
      const { rows, firings } = this.#core;
      const holder = rows.idOf(input.name);
      if (holder !== null && holder !== scheduleId) {
        return { ok: false, reason: "exists" };
      }
      await this.#turns.note(actor, "schedule.changed", scheduleId, { name: input.name });
      this.#turns.write(scheduleId, ({ record, clock }) => {
        rows.update({
          ...record,
          ...input,
          version: record.version + 1,
          updated_at: actor.at,
        });
        const created = Date.parse(record.created_at);
        const timing = timingOf(this.#core.tenantId, readDefinition(input.definition), created);
        if (clock.state === "active") {
          rows.setClock(scheduleId, firings.restarted({ timing }, clock, this.#core.now()));
        }
      });
      await this.#core.rearm();
      return this.#written(scheduleId);
    });
  }

  remove(
    scheduleId: string,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<{ readonly ok: true } | ScheduleRefusal> {
    return this.#turns.change(scheduleId, expected, async ({ record }) => {
      const { rows } = this.#core;
      await this.#turns.note(actor, "schedule.deleted", scheduleId, { name: record.name });
      this.#core.transaction(() => rows.remove(scheduleId));
      await (rows.count() === 0 ? this.#core.forget() : this.#core.rearm());
      return { ok: true };
    });
  }

  pause(
    scheduleId: string,
    note: string | null,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<ScheduleWritten> {
    return this.#turns.change(scheduleId, expected, async () => {
      await this.#turns.note(actor, "schedule.paused", scheduleId, { note });
      const { rows, firings } = this.#core;
      this.#turns.write(scheduleId, (whole) => {
        const paused = firings.paused(whole, whole.clock, note, actor.by, this.#core.now());
        rows.setClock(scheduleId, paused);
      });
      await this.#core.rearm();
      return this.#written(scheduleId);
    });
  }

  resume(
    scheduleId: string,
    note: string | null,
    expected: ExpectedVersion | null,
    actor: Actor,
  ): Promise<ScheduleWritten> {
    return this.#turns.change(scheduleId, expected, async () => {
      await this.#turns.note(actor, "schedule.resumed", scheduleId, { note });
      const { rows, firings } = this.#core;
      this.#turns.write(scheduleId, (whole) => {
        const { record, clock } = whole;
        const changes = { paused_by: null, note: null, refusals: 0, failures: 0 };
        const active: Clock = { ...clock, ...changes, state: "active" };
        rows.update({ ...record, version: record.version + 1, updated_at: actor.at });
        rows.setClock(
          scheduleId,
          clock.state === "active" ? active : firings.restarted(whole, active, this.#core.now()),
        );
      });
      await this.#core.rearm();
      return this.#written(scheduleId);
    });
  }

  async pauseOf(keyId: string, note: string, by: string): Promise<number> {
    const { rows } = this.#core;
    const own = rows.schedules(null, MAX_SCHEDULES).filter(({ created_by, schedule_id }) => {
      return created_by === keyId && rows.clock(schedule_id)?.state === "active";
    });
    for (const { schedule_id } of own) {
      await this.pause(schedule_id, note, null, newActor(this.#core.now(), by));
    }
    return own.length;
  }

  #written(scheduleId: string): ScheduleWritten {
    const schedule = this.#listing.state(scheduleId);
    if (schedule === null) {
      return NOT_FOUND;
    }
    const { next_at } = schedule;
    const sharing = next_at === null ? 0 : this.#core.rows.sharing(scheduleId, next_at);
    return { ok: true, schedule, sharing };
  }
}
