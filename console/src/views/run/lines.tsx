/** Lines between the turns of a conversation: waits, and what happened at one moment. */
import type { ComponentChildren } from "preact";
import type { Mark, Recollection, Wait } from "../../log/model.ts";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { spanText } from "../../parts/number.ts";
import { Text, TextBlock } from "../../parts/text.tsx";
import { Countdown, Since } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { useRun } from "./context.ts";

const ICONS: Readonly<Record<Mark["what"], IconName>> = {
  message: "send",
  limit: "shield",
  loop: "retry",
  compaction: "filter",
  memory: "save",
  switch: "retry",
  recovery: "heart",
  listing: "plug",
  child: "agent",
};

/** What a person said, or a line about something that happened. */
export function MarkLine({ mark }: { readonly mark: Mark }) {
  const { select } = useRun();
  if (mark.what === "message") {
    return (
      <article class="talk-message">
        <header class="talk-who">Message</header>
        <Markdown text={mark.text} />
      </article>
    );
  }
  const line = (
    <button type="button" class="talk-line" onClick={() => select(mark.seq)}>
      <Icon name={ICONS[mark.what]} size={14} />
      <Text text={mark.text} />
    </button>
  );
  if (mark.memories !== undefined && mark.memories.length > 0) {
    return <Recalled line={line} memories={mark.memories} />;
  }
  return mark.taskId === undefined ? (
    line
  ) : (
    <div class="talk-child">
      {line}
      <a href={hrefTo(["runs", mark.taskId])}>Open its run</a>
    </div>
  );
}

interface RecalledProps {
  readonly line: ComponentChildren;
  readonly memories: readonly Recollection[];
}

/** What a run recalled, with the way to each store. */
function Recalled({ line, memories }: RecalledProps) {
  return (
    <div class="talk-child">
      {line}
      <details class="talk-more">
        <summary>What it recalled</summary>
        <ul class="talk-memories">
          {memories.map(({ store, entry, content, trust }) => (
            <li key={`${store} ${entry}`}>
              <a href={hrefTo(["memory", store])}>
                <Text text={store} />
              </a>{" "}
              <span class="muted">
                <Text text={`${entry} · ${trust}`} />
              </span>
              <TextBlock text={content} />
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

/** A wait, with what ended it or when it ends. */
export function WaitLine({ wait }: { readonly wait: Wait }) {
  const { select } = useRun();
  return (
    <button type="button" class="talk-line tone-wait" onClick={() => select(wait.seq)}>
      <Icon name="clock" size={14} />
      <span>
        {wait.to === null ? (
          <>
            waiting for {wait.for}
            {wait.limit !== null && ` (${wait.limit})`} since <Since at={wait.from} />
            {wait.until !== null && (
              <>
                , ends in <Countdown at={wait.until} />
              </>
            )}
          </>
        ) : (
          <>
            waited {spanText(wait.to - wait.from)} for {wait.for}
            {wait.endedBy !== null && (
              <>
                , <Text text={wait.endedBy} />
              </>
            )}
          </>
        )}
      </span>
    </button>
  );
}
