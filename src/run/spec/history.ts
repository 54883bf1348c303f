/**
 * What a turn of a conversation knows of the turns before it: plain text, copied at its submission.
 * So each log stands alone: it folds to the same state whatever becomes of the earlier tasks.
 */
import { z } from "zod";
import { cut } from "../value/cut.ts";
import type { Turn } from "../value/message.ts";
import { UNTRUSTED } from "../value/trust.ts";

/** Maximum characters of text of a history. */
export const MAX_HISTORY_CHARS = 100_000;

const pastTurn = z.strictObject({
  role: z
    .enum(["user", "assistant", "notice"])
    .describe("`user`: the client. `assistant`: the model. `notice`: the service."),
  text: z.string().describe("The text of the turn."),
});
/** One turn of a history. */
export type PastTurn = z.infer<typeof pastTurn>;

/** The history of a task that continues another one. */
export const historySchema = z.strictObject({
  from_task_id: z.string().describe("The task that this one continues."),
  up_to_seq: z.number().int().describe("The last event of that task's log."),
  sha256: z.string().describe("SHA-256 of the JSON text of `turns`, in hex."),
  turns: z
    .array(pastTurn)
    .describe("The conversation so far, oldest first: at most 100,000 characters of text."),
  untrusted: z
    .exactOptional(z.enum(UNTRUSTED))
    .describe("Present if an earlier turn had read untrusted content: this run begins with it."),
});
/** The history of a task that continues another one. */
export type History = z.infer<typeof historySchema>;

/** Returns a history as turns of a conversation. */
export function turnsOf(history: History | undefined): Turn[] {
  return (history?.turns ?? []).map(({ role, text }): Turn =>
    role === "assistant" ? { role, text, tool_calls: [] } : { role, text },
  );
}

/** Returns a text of at most so many characters; a shortened one says so. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${cut(text, most - MARK.length)}${MARK}`;
}

const MARK = " […]";
