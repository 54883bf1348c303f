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
export declare class ReplyText {
  #private;
  /** Applies one event. Returns the new draft, or null if the text is the same. */
  observe(event: TaskEvent): Draft | null;
}
