/**
 * The events of one run by their `seq`, in whatever order they arrive. Pure and without reactivity:
 * `data/follow.ts` puts a signal in front of it.
 */
import type { TaskEvent } from "../../../sdk/src/event.ts";

/** An event, whole or in outline. */
export type LogEvent = TaskEvent & { readonly truncated?: true; readonly bytes?: number };

/** The log of a run as far as it is known. */
export class EventStore {
  /** At `seq - 1`; a hole is undefined. */
  readonly #events: (LogEvent | undefined)[] = [];
  #known = 0;
  #whole = 0;

  /** Adds events. A whole event replaces its outline; anything else that is known stays. */
  add(events: Iterable<LogEvent>): boolean {
    let isChanged = false;
    for (const event of events) {
      const place = event.seq - 1;
      // An array that is written far behind its end becomes a table of hashes, which stays slow.
      for (let end = this.#events.length; end < place; end += 1) {
        this.#events.push(undefined);
      }
      const before = this.#events[place];
      const isBetter =
        before === undefined || (before.truncated === true && event.truncated !== true);
      if (isBetter && Number.isSafeInteger(place) && place >= 0) {
        this.#events[place] = event;
        this.#known += before === undefined ? 1 : 0;
        isChanged = true;
      }
    }
    while (this.#events[this.#whole] !== undefined) {
      this.#whole += 1;
    }
    return isChanged;
  }

  /** The event of a `seq`, if it is known. */
  at(seq: number): LogEvent | undefined {
    return this.#events[seq - 1];
  }

  /** Up to this `seq` the log has no hole. */
  get whole(): number {
    return this.#whole;
  }

  /** Number of events that are known. */
  get known(): number {
    return this.#known;
  }

  /** The greatest `seq` that is known. */
  get last(): number {
    return this.#events.length;
  }

  /** The events from `after + 1` to `to`, without holes. */
  *between(after: number, to: number): Generator<LogEvent> {
    for (let seq = after + 1; seq <= to; seq += 1) {
      const event = this.#events[seq - 1];
      if (event !== undefined) {
        yield event;
      }
    }
  }
}
