/** Pure: a run as it was after one of its events. */
import { RunFold } from "./fold.ts";
import type { EventStore } from "./store.ts";

/** Folds the log up to an event, and continues from there for a later one. */
export class Past {
  readonly #store: EventStore;
  #fold = new RunFold();

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Returns the run after event `seq`; null while the log is not known up to there. */
  at(seq: number): RunFold | null {
    if (seq < 1 || seq > this.#store.whole) {
      return null;
    }
    if (seq < this.#fold.seq) {
      this.#fold = new RunFold();
    }
    for (const event of this.#store.between(this.#fold.seq, seq)) {
      this.#fold.add(event);
    }
    return this.#fold;
  }
}
