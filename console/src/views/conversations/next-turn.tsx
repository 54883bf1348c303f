/** The field for the next turn of a conversation. */
import { useState } from "preact/hooks";
import type { Conversation } from "../../../../sdk/src/model.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { Area } from "../../parts/field.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { lacking } from "../../session/store.ts";

interface Props {
  readonly id: string;
  /** The status of the newest turn. */
  readonly status: Conversation["status"];
  readonly onSent: () => void;
}

type OnBusy = "reject" | "queue" | "tell" | "interrupt";

/** The field; Ctrl or ⌘ and Enter sends it. While a turn runs, its buttons say when the next starts. */
export function NextTurn({ id, status, onSent }: Props) {
  const [text, setText] = useState("");
  const { run, isBusy, failure } = useAction();
  const isOpen = status === "pending" || status === "running" || status === "waiting";
  const needs = lacking("tasks:write");
  const send = async (on_busy: OnBusy): Promise<void> => {
    const sent = ({ conversations }: Parameters<Parameters<typeof run>[0]>[0]) =>
      conversations.send(id, text, { on_busy });
    if (text.trim() !== "" && (await run(sent))) {
      // What was typed while it was sent stays.
      setText((now) => (now === text ? "" : now));
      onSent();
    }
  };
  const button = (on_busy: OnBusy, label: string) => (
    <Button
      icon={on_busy === "interrupt" ? "stop" : "send"}
      isBusy={isBusy}
      disabled={text.trim() === ""}
      needs={needs}
      onClick={() => void send(on_busy)}
    >
      {label}
    </Button>
  );
  return (
    <form
      class="chat-next"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <Area
        label="Next turn"
        isHidden
        rows={3}
        placeholder="Next turn"
        value={text}
        onInput={setText}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
            event.preventDefault();
            void send(isOpen ? "queue" : "reject");
          }
        }}
      />
      <div class="chat-buttons">
        {isOpen ? (
          <>
            {button("queue", "Send after this turn")}
            {button("tell", "Tell the running turn")}
            {button("interrupt", "Interrupt")}
          </>
        ) : (
          button("reject", "Send")
        )}
      </div>
      {failure !== null && <FailureNote failure={failure} />}
    </form>
  );
}
