/** The text that a run is writing, folded from its events: the current reply, as far as it is known. */
import type { TaskEvent } from "../event.ts";

/** A state of the text. Each one replaces the one before. */
export interface Draft {
  /** The whole text. */
  readonly text: string;
  /** What was added to the draft before; the whole text if `isReset`. */
  readonly added: string;
  /** Whether the text of the draft before is void: the attempt was lost, or another reply begins. */
  readonly isReset: boolean;
  /** Whether the text is the run's answer. No other draft follows. */
  readonly isFinal: boolean;
}

/** Tracks the text of a run. Pass every event in order. */
export class ReplyText {
  #text = "";
  #callId = "";
  #attempt = 0;

  /** Applies one event. Returns the new draft, or null if the text is the same. */
  observe(event: TaskEvent): Draft | null {
    switch (event.type) {
      case "model.requested":
        if (event.data.purpose === "compact") {
          return null;
        }
        [this.#callId, this.#attempt] = [event.data.call_id, event.data.attempt];
        return this.#become("");
      case "model.delta":
        return this.#isCurrent(event.data)
          ? this.#become(this.#text + (event.data.text ?? ""))
          : null;
      case "model.completed":
        // Deltas can have gaps; the complete reply is authoritative.
        return this.#isCurrent(event.data)
          ? this.#become(event.data.answer ?? event.data.text)
          : null;
      case "model.failed":
      case "model.superseded":
        return this.#isCurrent(event.data) ? this.#become("") : null;
      case "run.completed":
        return this.#become(event.data.result.answer, true);
      default:
        return null;
    }
  }

  #isCurrent({
    call_id,
    attempt,
  }: {
    readonly call_id: string;
    readonly attempt: number;
  }): boolean {
    return call_id === this.#callId && attempt === this.#attempt;
  }

  #become(text: string, isFinal = false): Draft | null {
    const before = this.#text;
    this.#text = text;
    if (text === before && !isFinal) {
      return null;
    }
    const isReset = !text.startsWith(before);
    return { text, added: isReset ? text : text.slice(before.length), isReset, isFinal };
  }
}
