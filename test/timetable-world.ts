/**
 * A timetable in plain Node with all that it talks to: a clock that only moves when a test says so,
 * tasks that end after a while, and a process that can be stopped at each of its calls.
 */
import type { ObservedIds } from "../src/observe.ts";
import { SCHEDULE_WEBHOOK_TYPES } from "../src/run/value/webhook-type.ts";
import { TimetableCommands } from "../src/durable/timetable/commands.ts";
import { TimetableCore, type TimetableDeps } from "../src/durable/timetable/core.ts";
import { ExtraFirings } from "../src/durable/timetable/extra-firings.ts";
import { Listing } from "../src/durable/timetable/listing.ts";
import { Turns } from "../src/durable/timetable/turns.ts";
import type { TraceContext } from "../src/run/value/trace-context.ts";
import type { ScheduleState, StoredFiring } from "../src/durable/timetable/rpc.ts";
import type { TaskStatus } from "../src/run/log/state.ts";
import { CATCH_UPS, type SchedulePolicy, type ScheduleSpec } from "../src/run/schedule/spec.ts";
import type { TaskOrderAnswer } from "../src/run/spec/task-order.ts";
import type { Actor } from "../src/store/audit.ts";
import { Disk, ProcessStorage, Stopped } from "../src/testing/disk.ts";

/** Where the process stops: at which of its calls, and whether the call took effect. */
export interface Stop {
  readonly call: number;
  readonly when: "before" | "after";
}

interface WorldTask {
  readonly id: string;
  readonly startedAt: number;
  readonly input: Record<string, unknown>;
  endsAt: number;
  end: TaskStatus;
}

const SPEC: ScheduleSpec = {
  cron: null,
  every_s: 60,
  anchor: null,
  timezone: "UTC",
  dst_gap: "next",
  dst_overlap: "first",
  exclude: [],
  starts_at: null,
  ends_at: null,
  max_fires: null,
  jitter_s: 0,
};
const POLICY: SchedulePolicy = {
  overlap: "skip",
  catch_up: CATCH_UPS[0],
  catch_up_window_s: 86_400,
  pause_after_failures: null,
  pause_after_refusals: 3,
};

export class TimetableWorld {
  now: number;
  readonly tasks = new Map<string, WorldTask>();
  /** What each call of the process was, in order. */
  readonly calls: string[] = [];
  /** Ids of tasks whose submission was accepted, with repetitions. */
  readonly submitted: string[] = [];
  /** Trace contexts of the tasks, by id. */
  readonly traces = new Map<string, TraceContext | undefined>();
  /** Bodies of notices, by their message id. */
  readonly notices = new Map<string, Set<string>>();
  readonly audited: string[] = [];
  readonly faults: string[] = [];
  /** What each fault belongs to. */
  readonly faultIds: ObservedIds[] = [];
  /** When the reconciler looks; undefined before the first note. */
  checkAt: string | null | undefined;
  /** How long tasks run, milliseconds, and how they end. */
  taskMs = 0;
  taskEnd: TaskStatus = "completed";
  /** Answers submissions in place of the service. */
  refusal: TaskOrderAnswer | null = null;
  /** Throws at submissions. */
  isDown = false;
  deaths = 0;
  readonly #disk = new Disk();
  readonly #stops: Stop[];
  #sinceStop = 0;
  /** Tasks whose end the timetable knows. */
  readonly #told = new Set<string>();
  #storage: ProcessStorage | null = null;
  #core: TimetableCore | null = null;

  constructor(now: number, ...stops: readonly Stop[]) {
    this.now = now;
    this.#stops = [...stops];
  }

  get alarm(): number | null {
    return this.#disk.alarm;
  }

  set alarm(time: number | null) {
    this.#disk.alarm = time;
  }

  get core(): TimetableCore {
    this.#core ??= this.#boot();
    return this.#core;
  }

  get listing(): Listing {
    return new Listing(this.core.rows, this.core.firings);
  }

  get commands(): TimetableCommands {
    return new TimetableCommands(this.core, new Turns(this.core, this.#deps.audit), this.listing);
  }

  get extra(): ExtraFirings {
    return new ExtraFirings(this.core, new Turns(this.core, this.#deps.audit), this.listing);
  }

  /** Ends the process, as a deploy or a crash does. */
  kill(): void {
    this.#storage?.end();
    this.#core = null;
  }

  async create(
    spec: Partial<ScheduleSpec> = {},
    policy: Partial<SchedulePolicy> = {},
    name = "report",
    task: Record<string, unknown> = { input_data: { goal: "Report." } },
  ): Promise<ScheduleState> {
    const definition = {
      name,
      spec: { ...SPEC, ...spec },
      action: { task },
      policy: { ...POLICY, ...policy },
    };
    const input = { name, definition: JSON.stringify(definition) };
    const id = `schedule_${name}`;
    const written = await this.commands.create(input, id, this.actor());
    if (!written.ok) {
      throw new Error(written.reason);
    }
    return written.schedule;
  }

  actor(): Actor {
    return {
      id: `audit_${this.audited.length}`,
      at: new Date(this.now).toISOString(),
      by: "key_1",
    };
  }

  /** Lets time pass: alarms fire when they are due, and tasks end. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const alarm = this.#disk.alarm;
      const end = this.#nextEnd();
      const at = Math.min(alarm ?? Infinity, end?.endsAt ?? Infinity);
      if (at > until) {
        break;
      }
      this.now = Math.max(this.now, at);
      if (end !== null && end.endsAt <= (alarm ?? Infinity)) {
        await this.#tellEnd(end);
      } else {
        await this.fire();
      }
    }
    this.now = Math.max(this.now, until);
  }

  /** Fires the alarm, again in a new process for as long as the process stops during it. */
  async fire(): Promise<void> {
    const scheduled = this.#disk.alarm ?? 0;
    this.#disk.alarm = null;
    for (;;) {
      const { core } = this;
      try {
        await core.alarm(scheduled);
        return;
      } catch (error) {
        if (this.#core === core || this.#disk.alarm !== null) {
          if (this.#core === core) {
            throw error;
          }
          // An alarm that was set during it takes the place of the one that fired.
          return;
        }
      }
    }
  }

  /** Ends a task without telling the timetable. */
  endInSilence(id: string): void {
    const task = this.tasks.get(id);
    if (task !== undefined) {
      task.endsAt = this.now;
      this.#told.add(id);
    }
  }

  firings(id = "schedule_report", limit = 1000): StoredFiring[] {
    return this.listing.page(id, { status: null, before: null, limit }) ?? [];
  }

  /** Firings, oldest first, in short: `+60 cron started`, with seconds since a time. */
  story(from: number, id = "schedule_report"): string[] {
    return this.firings(id)
      .toReversed()
      .map(({ occurrence_at, trigger, status, reason, count }) => {
        const parts = [`+${(occurrence_at - from) / 1000}`, trigger, status];
        return [
          ...parts,
          ...(reason === null ? [] : [reason]),
          ...(count > 1 ? [`×${count}`] : []),
        ].join(" ");
      });
  }

  #nextEnd(): WorldTask | null {
    const open = [...this.tasks.values()].filter(({ id }) => !this.#told.has(id));
    return open.toSorted((a, b) => a.endsAt - b.endsAt)[0] ?? null;
  }

  /** A run tells the timetable until it has answered. */
  async #tellEnd({ id, input }: WorldTask): Promise<void> {
    const { schedule_id: scheduleId } = input["schedule"] as { schedule_id: string };
    for (let tries = 0; ; tries += 1) {
      const { core } = this;
      try {
        await core.taskEnded(scheduleId, id);
        this.#told.add(id);
        return;
      } catch (error) {
        if (this.#core === core || tries > 5) {
          throw error;
        }
      }
    }
  }

  #boot(): TimetableCore {
    this.#storage = new ProcessStorage(this.#disk, () => {});
    return new TimetableCore(this.#storage, "acme", this.#deps);
  }

  /** A call of the process to something outside. The process may stop before or after it. */
  async #call<T>(name: string, effect: () => T): Promise<T> {
    const storage = this.#storage;
    await Promise.resolve();
    this.calls.push(name);
    const [stop] = this.#stops;
    const isHere = stop !== undefined && this.#sinceStop === stop.call;
    this.#sinceStop += 1;
    if (isHere && stop.when === "before") {
      this.#die(storage);
    }
    const value = effect();
    if (isHere) {
      this.#die(storage);
    }
    return value;
  }

  #die(storage: ProcessStorage | null): never {
    this.#stops.shift();
    this.#sinceStop = 0;
    this.deaths += 1;
    storage?.end();
    this.#core = null;
    throw new Stopped();
  }

  readonly #deps: TimetableDeps = {
    submit: (order) =>
      this.#call("submit", () => {
        if (this.isDown) {
          throw new Error("the database is down");
        }
        if (this.refusal !== null) {
          return this.refusal;
        }
        const { task_id: id, body } = order;
        this.submitted.push(id);
        this.traces.set(id, order.trace);
        if (this.tasks.has(id)) {
          return { ok: true, created: false };
        }
        const { input_data: input } = body as { input_data: Record<string, unknown> };
        const endsAt = this.now + this.taskMs;
        this.tasks.set(id, { id, startedAt: this.now, input, endsAt, end: this.taskEnd });
        return { ok: true, created: true };
      }),
    cancel: (_tenant, id) =>
      this.#call("cancel", () => {
        const task = this.tasks.get(id);
        if (task !== undefined && task.endsAt > this.now) {
          task.endsAt = this.now;
          task.end = "cancelled";
        }
      }),
    statuses: (_tenant, ids) =>
      this.#call("statuses", () => {
        const known = ids.flatMap((id) => this.tasks.get(id) ?? []);
        return new Map(
          known.map(({ id, endsAt, end }) => [id, endsAt <= this.now ? end : "running"]),
        );
      }),
    announce: ({ task_id, notices }) =>
      this.#call("announce", () => {
        for (const { seq, type, body } of notices) {
          if (!SCHEDULE_WEBHOOK_TYPES.some((known) => known === type)) {
            throw new Error(`unknown type ${type}`);
          }
          const id = `${task_id}:${seq}`;
          this.notices.set(id, (this.notices.get(id) ?? new Set()).add(body));
        }
      }),
    audit: {
      note: (_actor, { action }) => this.#call("audit", () => void this.audited.push(action)),
    },
    net: {
      note: (_tenant, checkAt) => this.#call("net", () => void (this.checkAt = checkAt)),
      remove: () => this.#call("net", () => void (this.checkAt = undefined)),
    },
    observer: {
      count: () => {},
      fault: (name, _error, ids) => {
        this.faults.push(name);
        this.faultIds.push(ids ?? {});
      },
    },
    now: () => this.now,
  };
}
