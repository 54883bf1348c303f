/** What the form of a question gets. */
import type { InboxEntry } from "../../../sdk/src/model.ts";
import type { Context } from "./use-context.ts";

/** The question, what is known of it, and what to call after it was answered. */
export interface AnswerProps {
  readonly entry: InboxEntry;
  readonly context: Context;
  /** Whether it was answered: what was typed stays, and cannot be sent. */
  readonly isAnswered: boolean;
  /** Says how it was answered: one word or two, or null if another person was faster. */
  readonly onAnswered: (text: string | null) => void;
}
