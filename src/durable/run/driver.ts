/**
 * Keeps a run going: at most one slice at a time, and an alarm behind it that survives the
 * process. The alarm is set (due at once) in the transaction that begins a slice, and an alarm
 * invocation holds the slice while it works; so a crash at any moment leaves a due alarm, and the
 * next process takes the run up without being asked. Nothing here decides what a run does.
 */
import type { Deps } from "./deps.ts";
import type { Observer } from "../../observe.ts";
import { dueAt } from "../../run/decide/due.ts";
import { LogCorruption, type NewEvent, type RecoveryReason } from "../../run/log/event.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import { runFailure } from "../../run/value/failure.ts";
import { recover } from "../../run/decide/recover.ts";
import { Alarms, nextAlarm } from "./alarms.ts";
import type { EventLog } from "./event-log.ts";
import type { Outbox } from "./outbox.ts";
import { platformFailure } from "../platform-error.ts";
import { Slice, type SliceHost } from "./slice.ts";
import type { RunStorage } from "./storage.ts";
import { WakeDeaths } from "./wake-deaths.ts";
import { TimedOut, within } from "../../timing.ts";

/** Pauses before work that failed is tried again: D1 that is down, storage that fails. */
const BACKOFF: Backoff = { pausesMs: [100, 500, 2_000, 10_000, 30_000, 60_000] };
/** The platform retries a failed alarm six times and then drops it: a new one is set before. */
const LAST_ALARM_RETRY = 4;
/** An alarm that is so late has been dropped, whatever the storage says. */
const DROPPED_ALARM_MS = 60_000;

/** What the lifeline needs of the object around it. */
export interface LifelineHost extends Omit<SliceHost, "durable" | "aside"> {
  readonly ctx: Pick<DurableObjectState, "id" | "waitUntil">;
  readonly storage: Pick<RunStorage, "sql" | "getAlarm" | "setAlarm" | "sync">;
  readonly log: EventLog;
  readonly outbox: Outbox;
  /** May throw while a setting is wrong; then the work is tried again later. */
  readonly deps: () => Deps;
  /** Closes the watchers' sockets: there is nothing more to come. */
  readonly disconnect: () => void;
  /** Not from `deps`, which may be what fails. */
  readonly observer: Observer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How a run is kept, for whoever asks whether it has been forgotten. Times in milliseconds. */
export interface Keeping {
  /** When the run goes on by itself; 0 for now, null for never. */
  readonly dueAt: number | null;
  readonly alarm: number | null;
  /** Whether a slice is under way. */
  readonly active: boolean;
  /** Whether D1 may not know the newest status. */
  readonly behind: boolean;
}

export class Lifeline {
  readonly #host: LifelineHost;
  readonly #alarms: Alarms;
  readonly #deaths: WakeDeaths;
  readonly #observer: Observer;
  // Not persisted: a fresh process begins with no slice.
  #slice: Slice | null = null;
  #fresh = true;
  #reason: RecoveryReason = "interrupted";
  #failures = 0;
  #notBefore = 0;
  #outboxAt: number | null = null;

  constructor(host: LifelineHost) {
    this.#host = host;
    this.#observer = host.observer;
    this.#alarms = new Alarms(host.storage);
    this.#deaths = new WakeDeaths(host.storage.sql);
  }

  /**
   * Begins a slice unless one is under way; resolves when it has ended and D1 knows. A run that is
   * begun has its first events before this returns.
   * @param opening events that begin the run; for a run that exists, none
   */
  begin(opening: readonly NewEvent[]): Promise<void> {
    if (this.#slice !== null) {
      return this.#slice.ended;
    }
    const slice = this.#newSlice();
    this.#slice = slice;
    const ended = this.#runSlice(slice, opening);
    slice.ended = ended;
    return ended;
  }

  /**
   * Takes the run up, or holds the slice that is under way. Rejects only where not even an alarm can
   * be set: then the platform tries again.
   */
  async onAlarm(info: AlarmInvocationInfo | undefined): Promise<void> {
    this.#alarms.fired(info?.scheduledTime);
    try {
      if ((info?.retryCount ?? 0) >= LAST_ALARM_RETRY) {
        await this.#alarms.by(this.#host.now() + this.#backoff());
      } else if (info?.isRetry === true && !this.#host.log.awake && (await this.#diesWaking())) {
        await this.#giveUp(runFailure("out_of_memory"));
      } else if (this.#host.log.state.seq > 0) {
        const finished = await endsWithin(this.#host.deps().config.sliceMs, this.begin([]));
        if (!finished) {
          await this.#alarms.by(this.#host.now());
        }
      }
    } catch (error) {
      await this.#tryAgain("alarm", error);
    }
  }

  /**
   * Writes events that come from outside the loop. They wake the run; where they end it, a call in
   * flight is aborted.
   * @throws LogCorruption if they cannot follow; then nothing is stored
   */
  tell(events: readonly NewEvent[]): void {
    const { log, publish, outbox } = this.#host;
    // Before the events and in one transaction with them: what they lead to must not be forgotten.
    this.keep(this.#alarms.by(this.#host.now()));
    const stored = log.append(events, this.#host.now());
    const over = log.state.end !== null;
    if (over) {
      this.#slice?.close();
    }
    publish(stored);
    if (events.some((event) => event.type === "limit.changed")) {
      this.#slice?.limitsChanged();
    }
    this.#slice?.told();
    // Where no slice can begin now, the alarm is there.
    this.keep(over ? outbox.flush() : Promise.try(() => this.begin([])));
  }

  /** Whoever looks at a run makes sure that D1 is told and that the alarm is there. */
  async heal(): Promise<void> {
    const { log, outbox, storage } = this.#host;
    if (this.#slice !== null || log.state.seq === 0) {
      return;
    }
    this.keep(outbox.flush());
    const due = dueAt(log.state);
    if (due === null) {
      return;
    }
    const now = this.#host.now();
    const alarm = await storage.getAlarm();
    const dropped = alarm === null || alarm < now - DROPPED_ALARM_MS;
    const late = alarm !== null && alarm > Math.max(due, now) + DROPPED_ALARM_MS;
    if (this.#slice === null && (dropped || (late && due > 0))) {
      this.#alarms.fired();
      await this.#alarms.by(Math.max(due, now));
    }
  }

  /**
   * Fails the task where its log cannot be read: no slice comes to see that in a run that waits for
   * people. Gives whether it is so.
   */
  async failIfUnreadable(): Promise<boolean> {
    const corruption = this.#corruption();
    if (corruption === null || corruption.newer) {
      return false;
    }
    await this.#giveUp(runFailure("log_corrupt", corruption.message));
    return true;
  }

  /** How the run is kept now; mends nothing. */
  async keeping(): Promise<Keeping> {
    const { log, outbox, storage } = this.#host;
    return {
      dueAt: dueAt(log.state),
      alarm: await storage.getAlarm(),
      active: this.#slice !== null,
      behind: outbox.behind,
    };
  }

  /** Work that nobody awaits here: its failure is a fault to report, and the alarm remains. */
  keep(work: Promise<unknown>): void {
    this.#host.ctx.waitUntil(work.catch((error: unknown) => this.#observer.fault("run", error)));
  }

  #newSlice(): Slice {
    const { storage, log, deps, publish, watched, keep, kept, budgets, slot } = this.#host;
    return new Slice(log, deps(), {
      publish,
      watched,
      keep,
      kept,
      budgets,
      slot,
      durable: () => storage.sync(),
      aside: (work) => this.keep(work),
    });
  }

  async #runSlice(slice: Slice, opening: readonly NewEvent[]): Promise<void> {
    const { outbox, deps } = this.#host;
    const showRunning = setTimeout(() => this.keep(outbox.flush()), deps().config.statusDelayMs);
    try {
      if (opening.length > 0) {
        // Not awaited: in one transaction with the events that follow in this turn.
        this.keep(this.#alarms.by(this.#host.now()));
        this.#fresh = false;
      }
      if (this.#fresh) {
        await this.#settle(slice);
      }
      await slice.run(opening);
    } catch (error) {
      this.#release(slice);
      await this.#tryAgain("slice", error);
      return;
    } finally {
      clearTimeout(showRunning);
    }
    this.#release(slice);
    this.#notBefore = 0;
    await this.#rest();
  }

  /**
   * Settles and counts what an interruption left, and waits until that would survive another: a
   * process that dies of planning, or a slice that always throws, must run out of tries.
   */
  async #settle(slice: Slice): Promise<void> {
    const events = recover(this.#host.log.state, this.#host.now(), this.#reason);
    this.#fresh = false;
    this.#reason = "interrupted";
    this.#deaths.forget();
    if (events.length > 0) {
      slice.append(events);
      await this.#host.storage.sync();
    }
  }

  /** Whether this object has died too often before it was awake. */
  async #diesWaking(): Promise<boolean> {
    const tooOften = this.#deaths.note();
    await this.#host.storage.sync();
    return tooOften;
  }

  /** From here on, an alarm or a request begins a slice of its own. */
  #release(slice: Slice): void {
    slice.close();
    this.#slice = null;
  }

  /** After a slice: the alarm is what the run now waits for, and D1 learns the status. */
  async #rest(): Promise<void> {
    const { log, outbox } = this.#host;
    const until = dueAt(log.state);
    await this.#arm();
    const flush = outbox.flush();
    try {
      // A slow database must not hold the alarm that comes next.
      const told = until === null || (await endsWithin(until - this.#host.now(), flush));
      if (told) {
        await flush;
        this.#failures = 0;
        this.#outboxAt = null;
      } else {
        this.keep(flush);
      }
    } catch (error) {
      this.#observer.fault("run.outbox", error);
      this.#outboxAt = this.#host.now() + this.#backoff();
      await this.#arm();
    }
  }

  /** Sets the alarm that the run's state, and what failed, ask for. */
  async #arm(): Promise<void> {
    const now = this.#host.now();
    const run = this.#slice === null ? dueAt(this.#host.log.state) : now;
    const reasons = { run, notBefore: this.#notBefore, outbox: this.#outboxAt };
    await this.#alarms.at(nextAlarm(reasons, now));
  }

  /** Work failed that must not be lost: state is read anew, and an alarm tries again. */
  async #tryAgain(what: string, error: unknown): Promise<void> {
    this.#observer.fault(`run.${what}`, error);
    const failure = platformFailure(error);
    if (failure === "superseded") {
      // Another process has the run, and its alarm with it.
      throw error;
    }
    this.#host.log.reload();
    this.#fresh = true;
    this.#reason = failure === "out_of_memory" ? "out_of_memory" : "failed";
    this.#notBefore = this.#host.now() + this.#backoff();
    if (!(await this.failIfUnreadable())) {
      await this.#alarms.by(this.#notBefore);
    }
  }

  #corruption(): LogCorruption | null {
    try {
      void this.#host.log.state;
      return null;
    } catch (error) {
      return error instanceof LogCorruption ? error : null;
    }
  }

  /** A log that cannot be read has no next event: the task fails in D1, where people look. */
  async #giveUp(error: ReturnType<typeof runFailure>): Promise<void> {
    const { ctx, log, deps, disconnect } = this.#host;
    try {
      const [tenant, task] = ctx.id.name?.split("/") ?? [];
      const identity =
        log.identity() ??
        (tenant === undefined || task === undefined ? null : { tenant_id: tenant, task_id: task });
      if (identity !== null) {
        await deps().tasks.failUnreadable(
          identity,
          error,
          new Date(this.#host.now()).toISOString(),
        );
      }
      disconnect();
    } catch (thrown) {
      this.#observer.fault("run.give_up", thrown);
      await this.#alarms.by(this.#host.now() + this.#backoff());
    }
  }

  #backoff(): number {
    this.#failures += 1;
    return delayOf(BACKOFF, this.#failures);
  }
}

/** Returns whether the work ends within the time. @throws what the work throws */
async function endsWithin(ms: number, work: Promise<void>): Promise<boolean> {
  try {
    await within(work, ms);
    return true;
  } catch (thrown) {
    if (thrown instanceof TimedOut) {
      return false;
    }
    throw thrown;
  }
}
