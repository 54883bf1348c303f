/** One question with its evidence, and the form that answers it. */
import { useState } from "preact/hooks";
import type { InboxEntry } from "../../../../sdk/src/model.ts";
import { Button } from "../../parts/button.tsx";
import { Chip } from "../../parts/chip.tsx";
import { Line, Text } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";
import { AnswerForm } from "../../answers/answer-form.tsx";
import { Evidence, Expiry } from "../../answers/evidence.tsx";
import { OutcomeBar } from "./outcome-bar.tsx";
import { useContextOf } from "../../answers/use-context.ts";
import { headOf, KINDS, titleOf } from "../../answers/words.ts";

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
      <AnswerForm
        entry={entry}
        context={context}
        isAnswered={isAnswered}
        onAnswered={(text) => (text === null ? setLate(true) : setOwn(text))}
      />
    </article>
  );
}
