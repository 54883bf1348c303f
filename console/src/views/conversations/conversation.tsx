/** One conversation: what was said, and the next turn. */
import { useState } from "preact/hooks";
import type { ConversationMessage, ConversationTurns } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate, type Read } from "../../data/query.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { BackLink } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { StatusCell } from "../../parts/status.tsx";
import { TextBlock } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { useTitle } from "../../parts/title.ts";
import { go } from "../../route/location.ts";
import { hrefTo, type ViewProps } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { NextTurn } from "./next-turn.tsx";

const EVERY_MS = 3_000;
/** Turns of a page, and pages that are read. */
const PAGE = 100;
const MOST_PAGES = 5;

interface Talk {
  readonly conversation: ConversationTurns;
  readonly messages: readonly ConversationMessage[];
  readonly isWhole: boolean;
}

function readOf(id: string): Read<Talk> {
  return async ({ conversations }, signal) => {
    const conversation = await conversations.get(id, { limit: 1 }, { signal });
    const messages: ConversationMessage[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { limit: PAGE, ...(cursor === null ? {} : { cursor }) };
      const found = await conversations.messages(id, query, { signal });
      messages.push(...found.data);
      cursor = found.next_cursor;
      if (cursor === null) {
        break;
      }
    }
    return { conversation, messages, isWhole: cursor === null };
  };
}

/** The view of a conversation. */
export function ConversationView({ params }: ViewProps) {
  const id = params["id"] ?? "";
  const [isDeleting, setDeleting] = useState(false);
  const name = `conversation/${id}`;
  const state = useQuery(name, readOf(id), { everyMs: EVERY_MS });
  useTitle(id);
  const from = state.value?.conversation.branched_from ?? null;
  return (
    <>
      <BackLink href={hrefTo(["conversations"])}>Conversations</BackLink>
      <PageHead
        title={id}
        about={from === null ? "" : <a href={hrefTo(["runs", from])}>Continues an earlier turn</a>}
      >
        <Button kind="danger" needs={lacking("tasks:write")} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      </PageHead>
      <Loaded state={state} skeleton="card">
        {({ conversation, messages, isWhole }) => (
          <div class="chat">
            <ol class="chat-messages" aria-label="Messages">
              {messages.map((message) => (
                <Message key={`${message.task_id} ${message.role}`} message={message} />
              ))}
            </ol>
            {!isWhole && <p class="muted">The newest turns are in the list of runs.</p>}
            <NextTurn id={id} status={conversation.status} onSent={() => invalidate(name)} />
          </div>
        )}
      </Loaded>
      {isDeleting && (
        <ConfirmDialog
          title={`Delete ${id}?`}
          submit="Delete the conversation"
          isDanger
          request={{
            method: "DELETE",
            path: `/api/v1/conversations/${encodeURIComponent(id)}`,
            cli: ["conversations", "delete", id],
            sdk: ["conversations.delete", id],
          }}
          send={({ conversations }) => conversations.delete(id)}
          onDone={() => {
            // Only the list: the page still shows what is gone.
            invalidate("conversations");
            go(hrefTo(["conversations"]));
          }}
          onClose={() => setDeleting(false)}
        >
          <p>All of its turns are deleted with their logs. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Message({ message }: { readonly message: ConversationMessage }) {
  const { task_id, role, text, turn, status, created_at } = message;
  const isUser = role === "user";
  return (
    <li class={isUser ? "chat-user" : "chat-agent"}>
      <div class="chat-about muted">
        <a href={hrefTo(["runs", task_id])}>{isUser ? `Turn ${turn}` : "Answer"}</a>
        <Ago at={created_at} />
        {isUser && status !== "completed" && <StatusCell status={status} waitingFor={null} />}
      </div>
      {text === null ? (
        <a href={hrefTo(["runs", task_id])}>The text is too long for this page.</a>
      ) : isUser ? (
        <TextBlock text={text} />
      ) : (
        <Markdown text={text} />
      )}
    </li>
  );
}
