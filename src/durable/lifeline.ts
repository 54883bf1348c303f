/**
 * Keeps a run going: at most one slice at a time, and an alarm behind it that survives the
 * process. The alarm is set (due at once) in the transaction that begins a slice, and an alarm
 * invocation holds the slice while it works; so a crash at any moment leaves a due alarm, and the
 * next process takes the run up without being asked. Nothing here decides what a run does.
 */
import { buildObserver, type Deps } from "../deps.ts";
import { LogCorruption, type NewEvent } from "../run/event.ts";
import { runFailure } from "../run/failure.ts";
import { recover } from "../run/recover.ts";
import type { SliceEnd } from "../agent/loop.ts";
import type { EventLog, StoredEvent } from "./event-log.ts";
import type { Outbox } from "./outbox.ts";
import { Slice } from "./slice.ts";
import type { RunStorage } from "./storage.ts";

/** Pauses before work that failed is tried again: D1 that is down, storage that fails. */
const BACKOFF_MS = [100, 500, 2_000, 10_000, 30_000, 60_000] as const;
/** The platform retries a failed alarm six times and then drops it: a new one is set before. */
const LAST_ALARM_RETRY = 4;
/** Alarms further ahead are refused by the platform in the end; waking early is harmless. */
const FURTHEST_ALARM_MS = 30 * 86_400_000;
/** An alarm that is so late has been dropped, whatever the storage says. */
const DROPPED_ALARM_MS = 60_000;

/** What the lifeline needs of the object around it. */
export interface LifelineHost {
  readonly ctx: Pick<DurableObjectState, "id" | "waitUntil">;
  readonly storage: Pick<RunStorage, "getAlarm" | "setAlarm" | "sync">;
  readonly log: EventLog;
  readonly outbox: Outbox;
  /** May throw while a setting is wrong; then the work is tried again later. */
  readonly deps: () => Deps;
  readonly publish: (events: readonly StoredEvent[]) => void;
  readonly watched: () => boolean;
  /** Closes the watchers' sockets: there is nothing more to come. */
  readonly disconnect: () => void;
}

export class Lifeline {
  readonly #host: LifelineHost;
  readonly #observer = buildObserver();
  // Not persisted: a fresh process begins with no slice.
  #slice: Slice | null = null;
  #fresh = true;
  #threw = false;
  #failures = 0;

  constructor(host: LifelineHost) {
    this.#host = host;
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
    try {
      if ((info?.retryCount ?? 0) >= LAST_ALARM_RETRY) {
        await this.#alarmAt(Date.now() + this.#backoff());
      } else if (this.#host.log.state.seq > 0) {
        const finished = await within(this.#host.deps().config.sliceMs, this.begin([]));
        if (!finished) {
          await this.#alarmAt(Date.now());
        }
      }
    } catch (error) {
      await this.#tryAgain("alarm", error);
    }
  }

  /** Writes events that end the run, from outside the loop; a call in flight is aborted. */
  conclude(events: readonly NewEvent[]): void {
    this.keep(this.#alarmAt(Date.now()));
    const stored = this.#host.log.append(events, Date.now());
    this.#slice?.close();
    this.#host.publish(stored);
    this.keep(this.#host.outbox.flush());
  }

  /** Whoever looks at a run makes sure that D1 is told and that the alarm is there. */
  async heal(): Promise<void> {
    if (this.#slice !== null || this.#host.log.state.seq === 0) {
      return;
    }
    this.keep(this.#host.outbox.flush());
    const due = await this.#host.storage.getAlarm();
    const dropped = due === null || due < Date.now() - DROPPED_ALARM_MS;
    if (dropped && this.#host.log.state.end === null) {
      await this.#alarmAt(Date.now());
    }
  }

  /** Work that nobody awaits here: its failure is a fault to report, and the alarm remains. */
  keep(work: Promise<unknown>): void {
    this.#host.ctx.waitUntil(work.catch((error: unknown) => this.#observer.fault("run", error)));
  }

  #newSlice(): Slice {
    const { storage, log, deps, publish, watched } = this.#host;
    return new Slice(log, deps(), { publish, watched, durable: () => storage.sync() });
  }

  async #runSlice(slice: Slice, opening: readonly NewEvent[]): Promise<void> {
    const { outbox, deps } = this.#host;
    const showRunning = setTimeout(() => this.keep(outbox.flush()), deps().config.statusDelayMs);
    let end: SliceEnd;
    try {
      if (opening.length > 0) {
        // Not awaited: in one transaction with the events that follow in this turn.
        this.keep(this.#alarmAt(Date.now()));
        this.#fresh = false;
      }
      if (this.#fresh) {
        await this.#settle(slice);
      }
      end = await slice.run(opening);
    } catch (error) {
      this.#release(slice);
      await this.#tryAgain("slice", error);
      return;
    } finally {
      clearTimeout(showRunning);
    }
    this.#release(slice);
    await this.#rest(end);
  }

  /**
   * Settles and counts what an interruption left, and waits until that would survive another: a
   * process that dies of planning, or a slice that always throws, must run out of tries.
   */
  async #settle(slice: Slice): Promise<void> {
    const events = recover(this.#host.log.state, this.#threw);
    this.#fresh = false;
    this.#threw = false;
    if (events.length > 0) {
      slice.append(events);
      await this.#host.storage.sync();
    }
  }

  /** From here on, an alarm or a request begins a slice of its own. */
  #release(slice: Slice): void {
    slice.close();
    this.#slice = null;
  }

  /** After a slice: the alarm is what the run now waits for, and D1 learns the status. */
  async #rest(end: SliceEnd): Promise<void> {
    const until = end.kind === "rest" && end.until !== null ? end.until : null;
    if (until !== null) {
      await this.#alarmAt(Math.min(until, Date.now() + FURTHEST_ALARM_MS));
    }
    const flush = this.#host.outbox.flush();
    try {
      // A slow database must not hold the alarm that comes next.
      const told = until === null || (await within(until - Date.now(), flush));
      if (told) {
        await flush;
        this.#failures = 0;
      } else {
        this.keep(flush);
      }
    } catch (error) {
      this.#observer.fault("run.outbox", error);
      const pause = Date.now() + this.#backoff();
      await this.#alarmAt(Math.min(until ?? pause, pause));
    }
  }

  /** Work failed that must not be lost: state is read anew, and an alarm tries again. */
  async #tryAgain(what: string, error: unknown): Promise<void> {
    this.#observer.fault(`run.${what}`, error);
    this.#host.log.reload();
    this.#fresh = true;
    this.#threw = true;
    const corruption = this.#corruption();
    if (corruption !== null && !corruption.newer) {
      await this.#giveUp(corruption);
    } else {
      await this.#alarmAt(Date.now() + this.#backoff());
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
  async #giveUp(corruption: LogCorruption): Promise<void> {
    const { ctx, log, deps, disconnect } = this.#host;
    try {
      const [tenant, task] = ctx.id.name?.split("/") ?? [];
      const identity =
        log.identity() ??
        (tenant === undefined || task === undefined ? null : { tenant_id: tenant, task_id: task });
      if (identity !== null) {
        const error = runFailure("log_corrupt", corruption.message);
        await deps().tasks.failUnreadable(identity, error, new Date().toISOString());
      }
      disconnect();
    } catch (error) {
      this.#observer.fault("run.give_up", error);
      await this.#alarmAt(Date.now() + this.#backoff());
    }
  }

  #backoff(): number {
    const pause = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? 60_000;
    this.#failures += 1;
    return pause;
  }

  #alarmAt(time: number): Promise<void> {
    return this.#host.storage.setAlarm(time);
  }
}

/** Whether the work ended within the time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, ms));
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
