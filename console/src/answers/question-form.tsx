/** Answers a question of the model. */
import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import { Area } from "../parts/field.tsx";
import { TextBlock } from "../parts/text.tsx";
import { lacking } from "../session/store.ts";
import type { AnswerProps } from "./answer-props.ts";
import { messageRequest } from "./requests.ts";
import { SendBar } from "./send-bar.tsx";
import { useAnswer } from "./use-answer.ts";

/** The form of a question. */
export function QuestionForm({ entry, isAnswered, onAnswered }: AnswerProps) {
  const { task_id, call_id, question = "" } = entry;
  const [text, setText] = useState("");
  const { send, isBusy, failure } = useAnswer(onAnswered);
  const message = { content: text, ...(call_id !== undefined && { call_id }) };
  const isEmpty = text.trim() === "";
  return (
    <SendBar
      isAnswered={isAnswered}
      failure={failure}
      onSend={() => {
        if (!isEmpty) {
          send("Answered", ({ tasks }) => tasks.send(task_id, message));
        }
      }}
      note="An answer cannot be taken back."
      actions={
        <Button
          kind="primary"
          type="submit"
          isBusy={isBusy}
          disabled={isEmpty}
          needs={lacking("tasks:write")}
        >
          Answer
        </Button>
      }
      copy={<CopyAs request={messageRequest(task_id, message)} />}
    >
      {question !== "" && (
        <div class="answer-question">
          <TextBlock text={question} />
        </div>
      )}
      <Area label="Your answer" rows={4} value={text} onInput={setText} />
    </SendBar>
  );
}
