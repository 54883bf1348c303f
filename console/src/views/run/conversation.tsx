/** A run as the model lived it: goal, turns, calls, what people said, and the answer. */
import { useRef, useState } from "preact/hooks";
import { goalText } from "../../../../sdk/src/view/wording.ts";
import { attachedIn, type AttachedFile } from "../../log/attached.ts";
import { groupsOf } from "../../log/groups.ts";
import type { Item } from "../../log/model.ts";
import { Button } from "../../parts/button.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { sizeText } from "../../parts/number.ts";
import { Text } from "../../parts/text.tsx";
import { Answer } from "./answer.tsx";
import { Composer } from "./composer.tsx";
import { useRun } from "./context.ts";
import { FollowEnd } from "./follow-end.tsx";
import { MarkLine, WaitLine } from "./lines.tsx";
import { OpenQuestions } from "./questions.tsx";
import { ToolCard } from "./tool-card.tsx";
import { ToolGroup } from "./tool-group.tsx";
import { Turn } from "./turn.tsx";

/** Entries that are built; earlier ones on request. */
const SHOWN = 80;
/** Entries that are built while an earlier one is read. */
const MOST = 400;

/** The conversation. */
export function Conversation() {
  const { fold, isFile, past } = useRun();
  const isOpen = !isFile && past === null;
  /** The first entry, while the end is not in sight: what is read must not move. */
  const [start, setStart] = useState<string | null>(null);
  const entries = groupsOf(fold.items.filter(isEntry));
  const { length } = entries;
  const at = start === null ? -1 : entries.findIndex(([{ id }]) => id === start);
  const first = at === -1 ? Math.max(0, length - SHOWN) : Math.max(at, length - MOST);
  const latest = useRef<string | null>(null);
  latest.current = entries[first]?.[0].id ?? null;
  return (
    <div class="talk">
      <Goal />
      {first > 0 && (
        <div class="talk-earlier">
          <Button
            kind="quiet"
            onClick={() => setStart(entries[Math.max(0, first - SHOWN)]?.[0].id ?? null)}
          >
            Show {Math.min(first, SHOWN)} earlier of {first}
          </Button>
        </div>
      )}
      {entries
        .slice(first)
        .map(([item, calls]) =>
          calls === null ? (
            <Entry key={item.id} item={item} />
          ) : (
            <ToolGroup key={`group-${item.id}`} calls={calls} />
          ),
        )}
      {isOpen && <OpenQuestions />}
      <Answer />
      {isOpen && fold.end === null && <Composer />}
      <FollowEnd
        count={entries.length}
        onAway={(isAway) => setStart(isAway ? latest.current : null)}
      />
    </div>
  );
}

function Entry({ item }: { readonly item: Item }) {
  switch (item.kind) {
    case "model":
      return <Turn call={item} />;
    case "tool":
      return <ToolCard call={item} />;
    case "wait":
      return <WaitLine wait={item} />;
    case "mark":
      return <MarkLine mark={item} />;
  }
}

/** Waits for approval are in the card of their call. */
function isEntry(item: Item): boolean {
  return item.kind !== "wait" || item.for !== "approval";
}

/** The files of a task by name, type and size. */
function Files({ files }: { readonly files: readonly AttachedFile[] }) {
  return files.length === 0 ? null : (
    <ul class="talk-files" aria-label="Files">
      {files.map(({ sha256, name, media_type, bytes }) => (
        <li key={sha256}>
          <Text text={name} />{" "}
          <span class="muted">
            {media_type}, {sizeText(bytes)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Goal() {
  const { created } = useRun().fold;
  if (created === null) {
    return null;
  }
  const { input_data } = created.data;
  const {
    goal: _goal,
    prompt: _prompt,
    script: _script,
    script_tools: _tools,
    attachments: _attachments,
    ...rest
  } = input_data;
  return (
    <article class="talk-goal">
      <header class="talk-who">Goal</header>
      <Markdown text={goalText(input_data)} />
      <Files files={attachedIn(input_data)} />
      {Object.keys(rest).length > 0 && (
        <details class="talk-more">
          <summary>Further input</summary>
          <JsonTree value={rest} label="the input" />
        </details>
      )}
    </article>
  );
}
