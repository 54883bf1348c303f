/**
 * Remembers what adapters make of turns. A turn never changes, and a conversation grows at its end:
 * each turn is translated once, and forgotten with its run.
 */
import { filesOf, imagesOf, type Turn } from "../../run/value/message.ts";

/** Remembers what is made of each turn, for one recipient at a time. */
export class PerTurn<Made> {
  readonly #known = new WeakMap<Turn, { readonly recipient: string; readonly made: Made }>();

  /**
   * Returns what is made of a turn. Turns with pictures or files are not remembered, since a copy of their
   * data would double the memory of a run.
   * @param recipient all on which the result depends in addition to the turn
   */
  of(turn: Turn, recipient: string, make: () => Made): Made {
    const known = this.#known.get(turn);
    if (known?.recipient === recipient) {
      return known.made;
    }
    const made = make();
    if (imagesOf(turn).length === 0 && filesOf(turn).length === 0) {
      this.#known.set(turn, { recipient, made });
    }
    return made;
  }
}
