/** Sends a message to the run. */
import { useState } from "preact/hooks";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { Area } from "../../parts/field.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { lacking } from "../../session/store.ts";
import { useRun } from "./context.ts";

/** A field for a message; Ctrl or ⌘ and Enter sends it. */
export function Composer() {
  const { taskId } = useRun();
  const [text, setText] = useState("");
  const { run, isBusy, failure } = useAction();
  const send = async (): Promise<void> => {
    if (text.trim() !== "" && (await run(({ tasks }) => tasks.send(taskId, text)))) {
      setText("");
    }
  };
  return (
    <form
      class="talk-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Area
        label="Message to the run"
        isHidden
        rows={2}
        placeholder="Message to the run"
        value={text}
        onInput={setText}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
            event.preventDefault();
            void send();
          }
        }}
      />
      <Button
        type="submit"
        icon="send"
        isBusy={isBusy}
        disabled={text.trim() === ""}
        needs={lacking("tasks:write")}
      >
        Send
      </Button>
      {failure !== null && <FailureNote failure={failure} />}
    </form>
  );
}
