/**
 * The timetable of a tenant: its schedules, and the only place where they fire. One object means
 * one writer, so no occurrence is made twice. It has one alarm, set to the next occurrence of all
 * schedules, and costs nothing in between.
 */
import { DurableObject } from "cloudflare:workers";
import type { Actor } from "../../store/audit.ts";
import type { RunStorage } from "../run/storage/storage.ts";
import { TimetableCommands } from "./commands.ts";
import { TimetableCore, type TimetableDeps } from "./core.ts";
import { ExtraFirings } from "./extra-firings.ts";
import { Listing } from "./listing.ts";
import { Turns } from "./turns.ts";
import type {
  BackfillRequest,
  ExpectedVersion,
  FiringsRequest,
  ScheduleInput,
  ScheduleState,
  TimetableRpc,
  TriggerRequest,
} from "./rpc.ts";

/** The parts that the object is built from. */
export interface TimetableParts extends TimetableDeps {
  /** Tests replace the object's storage to stop it around a write. */
  readonly storage?: RunStorage;
}

/** The Durable Object of a tenant's timetable. Its name is the tenant id. */
export class TimetableObject extends DurableObject<Env> implements TimetableRpc {
  readonly #core: TimetableCore;
  readonly #commands: TimetableCommands;
  readonly #extra: ExtraFirings;
  readonly #listing: Listing;

  constructor(ctx: DurableObjectState, env: Env, parts: TimetableParts) {
    super(ctx, env);
    const { name } = ctx.id;
    if (name === undefined) {
      throw new Error("a timetable without a name has no tenant");
    }
    this.#core = new TimetableCore(parts.storage ?? ctx.storage, name, parts);
    this.#listing = new Listing(this.#core.rows, this.#core.firings);
    const turns = new Turns(this.#core, parts.audit);
    this.#commands = new TimetableCommands(this.#core, turns, this.#listing);
    this.#extra = new ExtraFirings(this.#core, turns, this.#listing);
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    await this.#core.alarm(info?.scheduledTime);
  }

  async wake(): Promise<void> {
    await this.#core.wake();
  }

  async list(before: string | null, limit: number): Promise<ScheduleState[]> {
    return this.#listing.list(before, limit);
  }

  async get(scheduleId: string): Promise<ScheduleState | null> {
    return this.#listing.state(scheduleId);
  }

  async create(input: ScheduleInput, scheduleId: string, actor: Actor) {
    return this.#commands.create(input, scheduleId, actor);
  }

  async replace(
    scheduleId: string,
    input: ScheduleInput,
    expected: ExpectedVersion | null,
    actor: Actor,
  ) {
    return this.#commands.replace(scheduleId, input, expected, actor);
  }

  async remove(scheduleId: string, expected: ExpectedVersion | null, actor: Actor) {
    return this.#commands.remove(scheduleId, expected, actor);
  }

  async pause(
    scheduleId: string,
    note: string | null,
    expected: ExpectedVersion | null,
    actor: Actor,
  ) {
    return this.#commands.pause(scheduleId, note, expected, actor);
  }

  async resume(
    scheduleId: string,
    note: string | null,
    expected: ExpectedVersion | null,
    actor: Actor,
  ) {
    return this.#commands.resume(scheduleId, note, expected, actor);
  }

  async pauseOf(keyId: string, note: string, by: string) {
    return this.#commands.pauseOf(keyId, note, by);
  }

  async trigger(scheduleId: string, request: TriggerRequest, actor: Actor) {
    return this.#extra.trigger(scheduleId, request, actor);
  }

  async backfill(scheduleId: string, request: BackfillRequest, actor: Actor) {
    return this.#extra.backfill(scheduleId, request, actor);
  }

  async firings(scheduleId: string, request: FiringsRequest) {
    return this.#listing.page(scheduleId, request);
  }

  async taskEnded(scheduleId: string, taskId: string): Promise<void> {
    await this.#core.taskEnded(scheduleId, taskId);
  }
}
