/** What the other tasks of a tree ask people, with the forms of the inbox. */
import { useState } from "preact/hooks";
import type { InboxEntry } from "../../../../sdk/src/model.ts";
import { headOf, KINDS } from "../../answers/words.ts";
import { useQuery } from "../../data/use-query.ts";
import { Mark } from "../../parts/chip.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { Line, Text } from "../../parts/text.tsx";
import { toast } from "../../parts/toast.tsx";
import { hrefTo } from "../../route/match.ts";

/** The forms are loaded once a task asks something. */
const Answer = lazy(async () => (await import("./later.ts")).Answer);

/** Questions that are shown, soonest expiry first; the inbox has all of them. */
const MOST = 5;
const EVERY_MS = 5000;

interface TreeQuestionsProps {
  readonly root: string;
  /** The run in view, whose own questions are in its conversation. */
  readonly taskId: string;
  /** Changes when the run has news of its tasks. */
  readonly version: number;
}

/** The open questions of the tree; nothing if there are none. */
export function TreeQuestions({ root, taskId, version }: TreeQuestionsProps) {
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const { value } = useQuery(
    `inbox of tree ${root} at ${version}`,
    ({ inbox }, signal) => inbox.list({ root, order: "expiry", limit: 100 }, { signal }),
    { everyMs: EVERY_MS },
  );
  // The inbox has a question until some moments after its answer.
  const open = (value?.data ?? []).filter(
    (entry) => entry.task_id !== taskId && !answered.has(keyOf(entry)),
  );
  return open.length === 0 ? null : (
    <div class="run-tree-questions">
      {open.slice(0, MOST).map((entry) => (
        <TreeQuestion
          key={keyOf(entry)}
          entry={entry}
          onAnswered={() => setAnswered(new Set([...answered, keyOf(entry)]))}
        />
      ))}
      {open.length > MOST && (
        <p class="muted">
          {open.length - MOST} more are in the <a href={hrefTo(["inbox"])}>inbox</a>.
        </p>
      )}
    </div>
  );
}

interface TreeQuestionProps {
  readonly entry: InboxEntry;
  readonly onAnswered: () => void;
}

function TreeQuestion({ entry, onAnswered }: TreeQuestionProps) {
  return (
    <section
      class="ask"
      aria-label={`${KINDS[entry.kind]} of ${entry.tool ?? entry.server ?? entry.agent} in another task`}
    >
      <header class="ask-head tone-wait">
        <Mark tone="wait" />
        <strong>
          <Text text={headOf(entry)} />
        </strong>
        <a href={hrefTo(["runs", entry.task_id], { at: entry.seq })}>
          <Line text={entry.name ?? entry.agent} />
        </a>
      </header>
      <Answer
        entry={entry}
        onAnswered={(text) => {
          onAnswered();
          if (text === null) {
            toast("Another person or key was faster", "wait");
          }
        }}
      />
    </section>
  );
}

function keyOf({ task_id, seq, call_id = "", key = "" }: InboxEntry): string {
  return `${task_id} ${seq} ${call_id} ${key}`;
}
