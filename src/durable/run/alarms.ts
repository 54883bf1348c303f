/**
 * An object has one alarm, which survives the process. Callers that know one due time may only move
 * it earlier (`by`); only `nextAlarm`, which sees all of them, may move it later (`at`). An alarm
 * whose reason is gone finds nothing to do, which is cheaper than deleting it.
 */
import type { RunStorage } from "./storage/storage.ts";

/**
 * Maximum distance of an alarm, milliseconds: the platform rejects alarms too far ahead, and an
 * early alarm is harmless.
 */
export const FURTHEST_MS = 30 * 86_400_000;

/** Times at which an object has work to do, milliseconds since the epoch; null for none. */
export interface Reasons {
  /** The run continues. */
  readonly run: number | null;
  /** Failed work is retried; the run does not continue before this. */
  readonly notBefore: number;
  /** The outbox is flushed again. */
  readonly outbox: number | null;
}

/**
 * Returns when the next alarm is due, or null if none is needed. Never beyond what the platform
 * accepts.
 */
export function nextAlarm({ run, notBefore, outbox }: Reasons, now: number): number | null {
  const times = [run === null ? null : Math.max(run, notBefore), outbox].filter((t) => t !== null);
  return times.length === 0 ? null : Math.min(Math.max(now, Math.min(...times)), now + FURTHEST_MS);
}

/** Sets the alarm of one object, with as few writes as possible. */
export class Alarms {
  readonly #storage: Pick<RunStorage, "setAlarm">;
  /** Not persisted: the stored alarm, as far as this process knows. */
  #set: number | null = null;
  /** Time of the alarm that is firing. The platform considers it done afterwards. */
  #firing = 0;

  constructor(storage: Pick<RunStorage, "setAlarm">) {
    this.#storage = storage;
  }

  /** Ensures an alarm at this time or earlier. An earlier alarm stays. */
  async by(time: number): Promise<void> {
    if (this.#set === null || this.#set > time) {
      await this.at(time);
    }
  }

  /** Sets the alarm to the time that all reasons require. Null changes nothing. */
  async at(time: number | null): Promise<void> {
    if (time === null || time === this.#set) {
      return;
    }
    this.#set = time;
    try {
      // Setting the alarm to the time that is firing now would have no effect, so add 1 ms.
      await this.#storage.setAlarm(time === this.#firing ? time + 1 : time);
    } catch (error) {
      this.#set = null;
      throw error;
    }
  }

  /**
   * Records that the alarm fires, so it is no longer set.
   * @param scheduled its due time, milliseconds since the epoch
   */
  fired(scheduled = 0): void {
    this.#set = null;
    this.#firing = scheduled;
  }
}
