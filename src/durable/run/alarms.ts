/**
 * The one alarm of an object, for whoever has a reason to be woken. The alarm is what survives the
 * process: whoever knows only of one reason may bring it forward, and only who knows them all may
 * put it back. A reason that is gone leaves an alarm that finds nothing to do, which is cheaper
 * than taking it away.
 */
import type { RunStorage } from "./storage/storage.ts";

/** Alarms further ahead are refused by the platform in the end; waking early is harmless. */
const FURTHEST_MS = 30 * 86_400_000;

/** Moments at which an object has something to do; null for none. Milliseconds. */
export interface Reasons {
  /** The run goes on. */
  readonly run: number | null;
  /** What failed is tried again; the run does not go on before that. */
  readonly notBefore: number;
  /** D1 is told what it does not know yet. */
  readonly outbox: number | null;
}

/** When the next alarm is due, or null if none is needed. Never further ahead than the platform takes. */
export function nextAlarm({ run, notBefore, outbox }: Reasons, now: number): number | null {
  const times = [run === null ? null : Math.max(run, notBefore), outbox].filter((t) => t !== null);
  return times.length === 0 ? null : Math.min(Math.max(now, Math.min(...times)), now + FURTHEST_MS);
}

export class Alarms {
  readonly #storage: Pick<RunStorage, "setAlarm">;
  /** Not persisted: what the storage has, as far as this process knows. */
  #set: number | null = null;
  /** The moment of the alarm that is going off, which the platform takes for done afterwards. */
  #going = 0;

  constructor(storage: Pick<RunStorage, "setAlarm">) {
    this.#storage = storage;
  }

  /** Makes sure that an alarm comes by then; one that is due sooner stays. */
  async by(time: number): Promise<void> {
    if (this.#set === null || this.#set > time) {
      await this.at(time);
    }
  }

  /** Sets the alarm to the moment that all reasons together ask for; null changes nothing. */
  async at(time: number | null): Promise<void> {
    if (time === null || time === this.#set) {
      return;
    }
    this.#set = time;
    try {
      // One for the very moment of the one that is going off would be done with it.
      await this.#storage.setAlarm(time === this.#going ? time + 1 : time);
    } catch (error) {
      this.#set = null;
      throw error;
    }
  }

  /** The alarm is going off: it is not set any more. @param scheduled when it was due */
  fired(scheduled = 0): void {
    this.#set = null;
    this.#going = scheduled;
  }
}
