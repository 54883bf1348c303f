/** Pure: a question of a run's log as an entry of the inbox, so that both have the same forms. */
import type { InboxEntry } from "../../../../sdk/src/model.ts";
import type { Question } from "../../../../sdk/src/view/questions.ts";
import { goalText } from "../../../../sdk/src/view/wording.ts";
import type { RunFold } from "../../log/fold.ts";
import type { EventStore } from "../../log/store.ts";

/** A run whose log is known. */
interface RunLog {
  readonly fold: RunFold;
  readonly store: EventStore;
}

/** Whether an entry of the inbox is about a question of a run. */
export function isAbout(entry: InboxEntry, taskId: string, question: Question): boolean {
  if (entry.task_id !== taskId || entry.kind !== question.kind) {
    return false;
  }
  const key = "key" in question ? question.key : undefined;
  return question.kind === "budget" || (entry.call_id === question.callId && entry.key === key);
}

/**
 * Returns the entry of a question. The log has all of it but the schema of the arguments and what
 * follows at its expiry, which are those of the inbox once that has it.
 */
export function entryOf(
  question: Question,
  taskId: string,
  { fold, store }: RunLog,
  known: InboxEntry | null,
): InboxEntry {
  const seq = seqOf(question, fold);
  const event = store.at(seq);
  const taint = fold.taintSeq === null ? undefined : store.at(fold.taintSeq);
  return {
    task_id: taskId,
    name: null,
    goal: goalText(fold.created?.data.input_data ?? null),
    agent: fold.created?.data.agent ?? "",
    for: known?.for ?? waitOf(question),
    since: event?.at ?? new Date(fold.at).toISOString(),
    until: "expiresAt" in question ? question.expiresAt : (known?.until ?? null),
    on_expiry: known?.on_expiry ?? null,
    kind: question.kind,
    seq,
    ...(known?.schema !== undefined && { schema: known.schema }),
    ...(taint !== undefined && { untrusted_since: taint.at }),
    ...(event?.truncated === true && { truncated: true }),
    ...partsOf(question),
  };
}

function waitOf({ kind }: Question): InboxEntry["for"] {
  return kind === "approval" || kind === "budget" ? kind : "input";
}

/** The event that asked. */
function seqOf(question: Question, fold: RunFold): number {
  if (question.kind === "budget") {
    return fold.wait?.seq ?? fold.seq;
  }
  const call = fold.calls.get(question.callId);
  return (call?.kind === "tool" ? call.approval?.seq : undefined) ?? call?.seq ?? fold.seq;
}

function partsOf(question: Question): Partial<InboxEntry> {
  switch (question.kind) {
    case "approval":
      return {
        call_id: question.callId,
        tool: question.tool,
        arguments: question.arguments,
        reason: question.reason,
        ...(question.rule !== null && { rule: question.rule }),
      };
    case "question":
      return { call_id: question.callId, question: question.question };
    case "form":
    case "address":
      return {
        call_id: question.callId,
        key: question.key,
        server: question.server,
        question: question.question,
        ...(question.schema !== null && { schema: question.schema }),
        ...(question.url !== null && { url: question.url }),
      };
    case "budget":
      return { limit: question.limit };
  }
}
