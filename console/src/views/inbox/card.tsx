/** One question with its evidence, and the form that answers it. */
import { useState } from "preact/hooks";
import type { InboxEntry } from "../../../../sdk/src/model.ts";
import { Button } from "../../parts/button.tsx";
import { Chip } from "../../parts/chip.tsx";
import { Line, Text } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";
import { AddressForm, ServerForm } from "./server-form.tsx";
import { ApprovalForm } from "./approval-form.tsx";
import { BudgetForm } from "./budget-form.tsx";
import { KINDS, titleOf } from "./entries.ts";
import { Evidence, Expiry } from "./evidence.tsx";
import { OutcomeBar } from "./outcome-bar.tsx";
import { QuestionForm } from "./question-form.tsx";
import { useContextOf } from "./use-context.ts";

interface CardProps {
  readonly entry: InboxEntry;
  /** Whether it still waits for an answer. */
  readonly isOpen: boolean;
  readonly onBack: () => void;
  readonly onNext: (() => void) | null;
}

/** The card of a question. */
export function Card({ entry, isOpen, onBack, onNext }: CardProps) {
  const [own, setOwn] = useState<string | null>(null);
  const [wasLate, setLate] = useState(false);
  const context = useContextOf(entry);
  const isAnswered = own !== null || wasLate || !isOpen;
  const Form = FORMS[entry.kind];
  return (
    <article class="card inbox-detail" aria-label={`${KINDS[entry.kind]}: ${titleOf(entry)}`}>
      <div class="inbox-back">
        <Button kind="quiet" icon="back" onClick={onBack}>
          All questions
        </Button>
      </div>
      <header class="inbox-head">
        <Chip tone="wait" hasMark>
          {KINDS[entry.kind]}
        </Chip>
        <h2>
          <Text text={headOf(entry)} />
        </h2>
        <p class="muted inbox-run">
          <a href={hrefTo(["runs", entry.task_id], { at: entry.seq })}>
            <Line text={entry.name ?? entry.goal ?? entry.task_id} />
          </a>
          <span>·</span>
          <a href={hrefTo(["agents", entry.agent])} class="inbox-agent">
            <Line text={entry.agent} />
          </a>
        </p>
      </header>
      {isAnswered ? (
        <OutcomeBar entry={entry} own={own} onNext={onNext} />
      ) : (
        <Expiry entry={entry} />
      )}
      <Evidence entry={entry} context={context} />
      <Form
        entry={entry}
        context={context}
        isAnswered={isAnswered}
        onAnswered={(text) => (text === null ? setLate(true) : setOwn(text))}
      />
    </article>
  );
}

const FORMS = {
  approval: ApprovalForm,
  question: QuestionForm,
  form: ServerForm,
  address: AddressForm,
  budget: BudgetForm,
} as const;

function headOf(entry: InboxEntry): string {
  switch (entry.kind) {
    case "approval":
      return `Approve ${titleOf(entry)}?`;
    case "question":
      return "The model asks";
    default:
      return titleOf(entry);
  }
}
