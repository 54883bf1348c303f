/** How a question was answered: by this page, by another person, or by time. */
import type { InboxEntry } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { Mark } from "../../parts/chip.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { identity } from "../../session/store.ts";
import { ANSWERS, outcomeOf } from "./entries.ts";

interface OutcomeProps {
  readonly entry: InboxEntry;
  /** What this page did; null if it was another. */
  readonly own: string | null;
  readonly onNext: (() => void) | null;
}

const PAGE = 50;

/** The outcome, with the way to the run and to the next question. */
export function OutcomeBar({ entry, own, onNext }: OutcomeProps) {
  return (
    <div class="note tone-ok inbox-outcome" role="status">
      <p>
        <Mark tone="ok" /> {own === null ? <Found entry={entry} /> : `${own} by you.`}
      </p>
      <div class="answer-actions">
        <ButtonLink href={hrefTo(["runs", entry.task_id])}>Open the run</ButtonLink>
        {onNext !== null && (
          <Button kind="primary" onClick={onNext}>
            Next question
          </Button>
        )}
      </div>
    </div>
  );
}

function Found({ entry }: { readonly entry: InboxEntry }) {
  const { task_id, seq } = entry;
  const { value } = useQuery(`answer of question ${task_id} ${seq}`, ({ tasks }, signal) =>
    tasks.events(task_id, { after: seq, limit: PAGE, types: ANSWERS }, { signal }),
  );
  const outcome = value === undefined ? null : outcomeOf(entry, value.data);
  if (outcome === null) {
    return <>No longer open.</>;
  }
  const { by, text, at, comment } = outcome;
  return (
    <>
      {text}
      {by !== null && (
        <>
          {" by "}
          {by === identity.value?.id ? (
            "this key"
          ) : (
            <code>
              <Text text={by} />
            </code>
          )}
        </>
      )}
      {" at "}
      <Time at={at} />.
      {comment !== null && (
        <>
          {" “"}
          <Text text={comment} />”
        </>
      )}{" "}
      What you typed is still below; it was not sent.
    </>
  );
}
