/** Answers a question of an MCP server: a form to fill in, or an address to open. */
import type { Message } from "../../../sdk/src/model.ts";
import { Button } from "../parts/button.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import { safeAddress } from "../parts/foreign.ts";
import { SchemaForm } from "../parts/form.tsx";
import { Icon } from "../parts/icon.tsx";
import { Text, TextBlock } from "../parts/text.tsx";
import { useForm } from "../parts/use-form.ts";
import { lacking } from "../session/store.ts";
import type { AnswerProps } from "./answer-props.ts";
import { argumentErrors, messageRequest } from "./requests.ts";
import { SendBar } from "./send-bar.tsx";
import { defaultsOf } from "./defaults.ts";
import { useAnswer } from "./use-answer.ts";

/** The form that a server asks to fill in. */
export function ServerForm({ entry, isAnswered, onAnswered }: AnswerProps) {
  const { task_id, schema = null, question = "" } = entry;
  const form = useForm(schema, defaultsOf(schema));
  const { send, isBusy, failure } = useAnswer(onAnswered, (found) =>
    form.refuse(argumentErrors(found)),
  );
  const answer = { ...namesOf(entry), data: form.value as Record<string, unknown> };
  return (
    <SendBar
      isAnswered={isAnswered}
      failure={failure?.code === "invalid_arguments" ? null : failure}
      onSend={() => {
        if (form.check()) {
          send("Answered", ({ tasks }) => tasks.send(task_id, answer));
        }
      }}
      note="The server gets what you fill in."
      actions={
        <>
          <Decline entry={entry} isBusy={isBusy} send={send} />
          <Button kind="primary" type="submit" isBusy={isBusy} needs={lacking("tasks:write")}>
            Answer
          </Button>
        </>
      }
      copy={<CopyAs request={messageRequest(task_id, answer)} />}
    >
      <div class="answer-question">
        <TextBlock text={question} />
      </div>
      <SchemaForm form={form} label="Answer" />
    </SendBar>
  );
}

/** The address that a server asks to open. */
export function AddressForm({ entry, isAnswered, onAnswered }: AnswerProps) {
  const { task_id, url = "", question = "" } = entry;
  const { send, isBusy, failure } = useAnswer(onAnswered);
  const safe = safeAddress(url);
  const answer: Message = { ...namesOf(entry), action: "accept" };
  return (
    <SendBar
      isAnswered={isAnswered}
      failure={failure}
      onSend={() => send("Confirmed", ({ tasks }) => tasks.send(task_id, answer))}
      note="Say that it is done after you have done there what is asked."
      actions={
        <>
          <Decline entry={entry} isBusy={isBusy} send={send} />
          <Button kind="primary" type="submit" isBusy={isBusy} needs={lacking("tasks:write")}>
            It is done
          </Button>
        </>
      }
      copy={<CopyAs request={messageRequest(task_id, answer)} />}
    >
      <div class="answer-question">
        <TextBlock text={question} />
      </div>
      <p class="answer-address">
        {safe === null ? (
          <code>
            <Text text={url} />
          </code>
        ) : (
          <a href={safe.href} target="_blank" rel="noopener noreferrer" class="button button-plain">
            <Icon name="external" /> Open {safe.host}
          </a>
        )}
      </p>
      <code class="answer-url muted">
        <Text text={url} />
      </code>
    </SendBar>
  );
}

interface DeclineProps extends Pick<AnswerProps, "entry"> {
  readonly isBusy: boolean;
  readonly send: ReturnType<typeof useAnswer>["send"];
}

function Decline({ entry, isBusy, send }: DeclineProps) {
  const message: Message = { ...namesOf(entry), action: "decline" };
  return (
    <Button
      kind="danger"
      isBusy={isBusy}
      needs={lacking("tasks:write")}
      onClick={() => send("Declined", ({ tasks }) => tasks.send(entry.task_id, message))}
    >
      Decline
    </Button>
  );
}

function namesOf({ call_id, key }: AnswerProps["entry"]) {
  return { ...(call_id !== undefined && { call_id }), ...(key !== undefined && { key }) };
}
