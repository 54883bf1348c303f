/** Approves a held call as the model asked for it or with other arguments, or denies it. */
import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import { Area } from "../parts/field.tsx";
import { SchemaForm } from "../parts/form.tsx";
import { Skeleton } from "../parts/states.tsx";
import { useForm } from "../parts/use-form.ts";
import { lacking } from "../session/store.ts";
import type { AnswerProps } from "./answer-props.ts";
import { argumentErrors, decisionRequest, type DecisionBody } from "./requests.ts";
import { SendBar } from "./send-bar.tsx";
import { useAnswer } from "./use-answer.ts";

/** The form of an approval; the arguments can be edited once they are known. */
export function ApprovalForm(props: AnswerProps) {
  const { args, isLoading } = props.context;
  return args === undefined && isLoading ? (
    <Skeleton shape="rows" />
  ) : (
    <Decision {...props} args={args} />
  );
}

function Decision({
  entry,
  context,
  isAnswered,
  onAnswered,
  args,
}: AnswerProps & { readonly args: unknown }) {
  const { task_id, call_id = "" } = entry;
  const [comment, setComment] = useState("");
  const form = useForm(entry.schema ?? context.tool?.input_schema ?? null, args, true);
  const { send, isBusy, failure } = useAnswer(onAnswered, (found) =>
    form.refuse(argumentErrors(found)),
  );
  const given = comment.trim() === "" ? {} : { comment: comment.trim() };
  const edits = form.isChanged ? { arguments: form.value } : {};
  const decide = (decision: DecisionBody["decision"]): void => {
    if (decision === "deny") {
      send("Denied", ({ tasks }) => tasks.deny(task_id, call_id, given));
    } else if (!form.isChanged || form.check()) {
      const text = form.isChanged ? "Approved with your arguments" : "Approved";
      send(text, ({ tasks }) => tasks.approve(task_id, call_id, { ...given, ...edits }));
    }
  };
  const needs = lacking("tasks:write");
  const body = { decision: "approve" as const, ...given, ...edits };
  return (
    <SendBar
      isAnswered={isAnswered}
      failure={failure?.code === "invalid_arguments" ? null : failure}
      onSend={() => decide("approve")}
      note="A decision is final."
      actions={
        <>
          <Button kind="danger" isBusy={isBusy} needs={needs} onClick={() => decide("deny")}>
            Deny
          </Button>
          <Button kind="primary" type="submit" isBusy={isBusy} needs={needs}>
            {form.isChanged ? "Approve with edits" : "Approve"}
          </Button>
        </>
      }
      copy={<CopyAs request={decisionRequest(task_id, call_id, body)} />}
    >
      <SchemaForm form={form} label="Arguments" />
      <Area
        label="Comment"
        hint="Kept in the log. After a denial the model reads it."
        rows={2}
        value={comment}
        onInput={setComment}
      />
    </SendBar>
  );
}
