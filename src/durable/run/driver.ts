/**
 * Drives a run: at most one slice at a time, and an alarm behind it that survives the process. The
 * alarm is set, due at once, in the transaction that begins a slice, and an alarm invocation holds
 * the slice while it works. So a crash at any moment leaves a due alarm, and the next process
 * continues the run without a request. What a run does is decided elsewhere.
 */
import { dueAt } from "../../run/decide/due.ts";
import { LogCorruption, type NewEvent } from "../../run/log/event.ts";
import type { RecoveryReason } from "../../run/log/event-data.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import { runFailure } from "../../run/value/failure.ts";
import { TimedOut, within } from "../../timing.ts";
import { recover } from "../../run/decide/recover.ts";
import { Alarms, nextAlarm } from "./alarms.ts";
import type { RunContext } from "./context.ts";
import { failInD1 } from "./fail-in-d1.ts";
import type { StoredEvent } from "./storage/event-log.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { platformFailure } from "../platform-error.ts";
import { Slice, type SliceHost } from "./slice.ts";
import { FailedWakeups } from "./storage/failed-wakeups.ts";

/** Pauses before failed work is retried: D1 is down, or storage fails. */
const BACKOFF: Backoff = { pausesMs: [100, 500, 2_000, 10_000, 30_000, 60_000] };
/** Retry of an alarm at which a new one is set: the platform drops an alarm after six retries. */
const LAST_ALARM_RETRY = 4;
/** An alarm overdue by more than this was dropped, whatever the storage reports. */
const DROPPED_ALARM_MS = 60_000;

/** The parts of the object that the driver uses, in addition to the context. */
export interface DriverHost extends SliceHost {
  /** The object's name, `<tenant>/<task_id>`; null if the platform does not provide it. */
  readonly name: string | null;
  readonly outbox: Outbox;
  /** Closes the watchers' sockets: no more events can follow. */
  readonly disconnect: () => void;
  /** Called when an alarm fires and there is no run. */
  readonly onEmptyAlarm: () => Promise<void>;
}

/** The state of the driver. Times are milliseconds since the epoch. */
export interface DriverHealth {
  /** When the run continues without a command; 0 for now, null for never. */
  readonly dueAt: number | null;
  readonly alarm: number | null;
  /** Whether a slice is running. */
  readonly active: boolean;
}

/** Drives one run. Not persisted; a new process recovers from the log. */
export class RunDriver {
  readonly #context: RunContext;
  readonly #host: DriverHost;
  readonly #alarms: Alarms;
  readonly #wakeups: FailedWakeups;
  // Not persisted: a fresh process begins without a slice.
  #slice: Slice | null = null;
  #fresh = true;
  #reason: RecoveryReason = "interrupted";
  #failures = 0;
  #notBefore = 0;
  #outboxAt: number | null = null;
  #showing: ReturnType<typeof setTimeout> | undefined;

  constructor(context: RunContext, host: DriverHost) {
    this.#context = context;
    this.#host = host;
    this.#alarms = new Alarms(context.storage);
    this.#wakeups = new FailedWakeups(context.storage.sql);
  }

  /**
   * Begins a slice unless one is running. Resolves when it has ended and the outbox is flushed. The
   * opening events are in the log before this returns.
   * @param opening events that create the run; empty for an existing run
   */
  begin(opening: readonly NewEvent[]): Promise<void> {
    if (this.#slice !== null) {
      return this.#slice.ended;
    }
    const slice = new Slice(this.#context, this.#context.deps(), this.#host);
    this.#slice = slice;
    const ended = this.#runSlice(slice, opening);
    slice.ended = ended;
    return ended;
  }

  /**
   * Continues the run, or stays with the running slice. Rejects only if not even an alarm can be
   * set: the platform then retries.
   */
  async onAlarm(info: AlarmInvocationInfo | undefined): Promise<void> {
    const { log, now, deps } = this.#context;
    this.#alarms.fired(info?.scheduledTime);
    try {
      if ((info?.retryCount ?? 0) >= LAST_ALARM_RETRY) {
        await this.#alarms.by(now() + this.#backoff());
      } else if (info?.isRetry === true && !log.awake && (await this.#diedWaking())) {
        await this.#failInD1(runFailure("out_of_memory"));
      } else if (log.state.seq > 0) {
        const finished = await endsWithin(deps().config.sliceMs, this.begin([]));
        if (!finished) {
          this.#context.background(this.#host.outbox.flush());
          await this.#alarms.by(now());
        }
      } else {
        await this.#host.onEmptyAlarm();
      }
    } catch (error) {
      await this.#retryLater("alarm", error);
    }
  }

  /** Resolves when the running slice has ended. */
  async sliceEnded(): Promise<void> {
    await this.#slice?.ended;
  }

  /**
   * Appends events from outside the loop, such as a command, and sets the alarm in the same
   * transaction. `onEventsAppended` must follow in the same synchronous step.
   * @throws LogCorruption if they cannot follow; then nothing is stored
   */
  append(events: readonly NewEvent[]): readonly StoredEvent[] {
    const { log, now, background } = this.#context;
    // The alarm is set first and in the same transaction, so that the consequences of the events
    // cannot be lost.
    background(this.#alarms.by(now()));
    return log.append(events, now());
  }

  /** Publishes events of `append` and wakes the run. If they end the run, aborts its calls. */
  onEventsAppended(stored: readonly StoredEvent[]): void {
    const { log, background } = this.#context;
    const over = log.state.end !== null;
    if (over) {
      this.#slice?.close();
    }
    this.#host.publish(stored);
    if (stored.some((event) => event.type === "limit.changed")) {
      this.#slice?.onLimitsChanged();
    }
    this.#slice?.onLogChanged();
    // If no slice can begin now, the alarm begins one.
    background(over ? this.#host.outbox.flush() : (async () => this.begin([]))());
  }

  /** Flushes the outbox after a moment if a slice still works then: a status or question is new. */
  showSoon(): void {
    const { deps, background } = this.#context;
    if (this.#slice === null) {
      return;
    }
    this.#showing ??= setTimeout(() => {
      this.#showing = undefined;
      background(this.#host.outbox.flush());
    }, deps().config.statusDelayMs);
  }

  /** Called on every read: flushes the outbox and restores a missing alarm. */
  async repair(): Promise<void> {
    const { log, storage, now, background } = this.#context;
    if (this.#slice !== null || log.state.seq === 0) {
      return;
    }
    background(this.#host.outbox.flush());
    const due = dueAt(log.state);
    if (due === null) {
      return;
    }
    const time = now();
    const alarm = await storage.getAlarm();
    const dropped = alarm === null || alarm < time - DROPPED_ALARM_MS;
    const late = alarm !== null && alarm > Math.max(due, time) + DROPPED_ALARM_MS;
    if (this.#slice === null && (dropped || (late && due > 0))) {
      this.#alarms.fired();
      await this.#alarms.by(Math.max(due, time));
    }
  }

  /**
   * Fails the task in D1 if its log cannot be read: a run that waits for a person has no slice that
   * would detect it. Returns whether that is the case.
   */
  async failIfUnreadable(): Promise<boolean> {
    const corruption = this.#corruption();
    if (corruption === null || corruption.newer) {
      return false;
    }
    await this.#failInD1(runFailure("log_corrupt", corruption.message));
    return true;
  }

  /** Returns the state of the driver; repairs nothing. */
  async health(): Promise<DriverHealth> {
    const { log, storage } = this.#context;
    return {
      dueAt: dueAt(log.state),
      alarm: await storage.getAlarm(),
      active: this.#slice !== null,
    };
  }

  async #runSlice(slice: Slice, opening: readonly NewEvent[]): Promise<void> {
    const { now, background } = this.#context;
    this.showSoon();
    try {
      if (opening.length > 0) {
        // Not awaited: it belongs to the transaction of the events that follow in this step.
        background(this.#alarms.by(now()));
        this.#fresh = false;
      }
      if (this.#fresh) {
        await this.#recover(slice);
      }
      await slice.run(opening);
    } catch (error) {
      this.#release(slice);
      await this.#retryLater("slice", error);
      return;
    }
    this.#release(slice);
    this.#notBefore = 0;
    await this.#rest();
  }

  /**
   * Settles and counts an interruption, and waits until the count is durable: a process that dies
   * while planning, or a slice that always throws, must run out of attempts.
   */
  async #recover(slice: Slice): Promise<void> {
    const { log, now, storage } = this.#context;
    const events = recover(log.state, now(), this.#reason);
    this.#fresh = false;
    this.#reason = "interrupted";
    this.#wakeups.forget();
    if (events.length > 0) {
      slice.log.append(events);
      await storage.sync();
    }
  }

  /** Records a failed wake-up. Returns whether there were too many. */
  async #diedWaking(): Promise<boolean> {
    const tooOften = this.#wakeups.note();
    await this.#context.storage.sync();
    return tooOften;
  }

  /** Ends the slice. The next alarm or request begins a new one. */
  #release(slice: Slice): void {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    slice.close();
    this.#slice = null;
  }

  /** After a slice: sets the next alarm of the run, and flushes the outbox. */
  async #rest(): Promise<void> {
    const { log, now, background, observer } = this.#context;
    const until = dueAt(log.state);
    await this.#arm();
    const flush = this.#host.outbox.flush();
    try {
      // A slow database must not delay the next alarm.
      const flushed = until === null || (await endsWithin(until - now(), flush));
      if (flushed) {
        await flush;
        this.#failures = 0;
        this.#outboxAt = null;
      } else {
        background(flush);
      }
    } catch (error) {
      observer.fault("run.outbox", error);
      this.#outboxAt = now() + this.#backoff();
      await this.#arm();
    }
  }

  /** Sets the alarm that the run's state and failed work require. */
  async #arm(): Promise<void> {
    const now = this.#context.now();
    const run = this.#slice === null ? dueAt(this.#context.log.state) : now;
    const reasons = { run, notBefore: this.#notBefore, outbox: this.#outboxAt };
    await this.#alarms.at(nextAlarm(reasons, now));
  }

  /** Schedules a retry of failed work: discards the state in memory and sets an alarm. */
  async #retryLater(what: string, error: unknown): Promise<void> {
    const { log, now, observer } = this.#context;
    observer.fault(`run.${what}`, error);
    const failure = platformFailure(error);
    if (failure === "superseded") {
      // Another process has the run and its alarm.
      throw error;
    }
    log.reload();
    this.#fresh = true;
    this.#reason = failure === "out_of_memory" ? "out_of_memory" : "failed";
    this.#notBefore = now() + this.#backoff();
    if (!(await this.failIfUnreadable())) {
      await this.#alarms.by(this.#notBefore);
    }
  }

  #corruption(): LogCorruption | null {
    try {
      void this.#context.log.state;
      return null;
    } catch (error) {
      return error instanceof LogCorruption ? error : null;
    }
  }

  /** Fails the task in D1, because an unreadable log can take no event. */
  async #failInD1(error: ReturnType<typeof runFailure>): Promise<void> {
    const { log, deps, now, observer } = this.#context;
    try {
      const [tenant, task] = this.#host.name?.split("/") ?? [];
      const identity =
        log.identity() ??
        (tenant === undefined || task === undefined ? null : { tenant_id: tenant, task_id: task });
      if (identity !== null) {
        await failInD1(deps(), identity, error, now());
      }
      this.#host.disconnect();
    } catch (thrown) {
      observer.fault("run.give_up", thrown);
      await this.#alarms.by(now() + this.#backoff());
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
