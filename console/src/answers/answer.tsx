/** A question of a run with its evidence and its form, without a head of its own. */
import type { InboxEntry } from "../../../sdk/src/model.ts";
import { AnswerForm } from "./answer-form.tsx";
import { Evidence, Expiry } from "./evidence.tsx";
import { useContextOf } from "./use-context.ts";

interface AnswerOfProps {
  readonly entry: InboxEntry;
  /** Says how it was answered; null if another person was faster. */
  readonly onAnswered: (text: string | null) => void;
}

/** The question. What the model wrote before is not repeated: it is just above. */
export function Answer({ entry, onAnswered }: AnswerOfProps) {
  const context = useContextOf(entry);
  return (
    <>
      {entry.until !== null && <Expiry entry={entry} />}
      <Evidence entry={entry} context={{ ...context, said: "" }} />
      <AnswerForm entry={entry} context={context} isAnswered={false} onAnswered={onAnswered} />
    </>
  );
}
