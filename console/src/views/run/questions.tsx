/** What the run asks people, with the same forms as the inbox. */
import { headOf, KINDS } from "../../answers/words.ts";
import { useInbox } from "../../data/inbox.ts";
import type { Question } from "../../../../sdk/src/view/questions.ts";
import { Mark } from "../../parts/chip.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { Text } from "../../parts/text.tsx";
import { toast } from "../../parts/toast.tsx";
import { useRun } from "./context.ts";
import { entryOf, isAbout } from "./question-entry.ts";

/** The forms are loaded once a run asks something. */
const Answer = lazy(async () => (await import("./later.ts")).Answer);

/** The open questions of the run. */
export function OpenQuestions() {
  const { list } = useRun().follower.fold.questions;
  return (
    <>
      {list.map((question) => (
        <OpenQuestion key={keyOf(question)} question={question} />
      ))}
    </>
  );
}

function OpenQuestion({ question }: { readonly question: Question }) {
  const { follower, taskId } = useRun();
  const inbox = useInbox();
  const known = inbox.value?.entries.find((one) => isAbout(one, taskId, question));
  const entry = entryOf(question, taskId, follower, known ?? null);
  const onAnswered = (text: string | null): void => {
    follower.fold.questions.close(question);
    follower.version.value += 1;
    if (text === null) {
      toast("Another person or key was faster", "wait");
    }
  };
  return (
    <section
      class="ask"
      aria-label={`${KINDS[entry.kind]} of ${entry.tool ?? entry.server ?? entry.agent}`}
    >
      <header class="ask-head tone-wait">
        <Mark tone="wait" />
        <strong>
          <Text text={headOf(entry)} />
        </strong>
      </header>
      <Answer entry={entry} onAnswered={onAnswered} />
    </section>
  );
}

function keyOf(question: Question): string {
  return question.kind === "budget"
    ? "budget"
    : `${question.callId} ${"key" in question ? question.key : ""}`;
}
