/** Decides about a held call: as the model asked for it, with other arguments, or not at all. */
import { useState } from "preact/hooks";
import type { ApprovalQuestion } from "../../../../sdk/src/view/questions.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { Mark } from "../../parts/chip.tsx";
import { CopyAs } from "../../parts/copy-as.tsx";
import { Area } from "../../parts/field.tsx";
import { Json } from "../../parts/json.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { Countdown } from "../../parts/time.tsx";
import { lacking } from "../../session/store.ts";
import { useRun } from "./context.ts";

const REASONS = {
  policy: "A rule of the policy asks for a person before this call.",
  outcome_unknown:
    "A crash hit the first attempt, and it is not known whether it had its effect. Approving makes it again.",
} as const;

/** The form of an approval. */
export function ApprovalForm({ question }: { readonly question: ApprovalQuestion }) {
  const { taskId, follower } = useRun();
  const [comment, setComment] = useState("");
  const [edited, setEdited] = useState<string | null>(null);
  const { run, isBusy, failure } = useAction();
  const other = edited === null ? undefined : parsed(edited);
  const isWrong = edited !== null && other === undefined;
  const { callId } = question;
  const call = follower.fold.calls.get(callId);
  const decide = async (isYes: boolean): Promise<void> => {
    const given = comment.trim() === "" ? {} : { comment };
    const isDone = await run(({ tasks }) =>
      isYes
        ? tasks.approve(taskId, callId, {
            ...given,
            ...(other !== undefined && { arguments: other }),
          })
        : tasks.deny(taskId, callId, given),
    );
    if (isDone) {
      follower.fold.questions.close(question);
      follower.version.value += 1;
    }
  };
  const path = `/api/v1/tasks/${taskId}/approvals/${callId}`;
  const body = { decision: "approve", ...(other !== undefined && { arguments: other }) };
  return (
    <section class="ask" aria-label={`Approval of ${question.tool}`}>
      <header class="ask-head tone-wait">
        <Mark tone="wait" />
        <strong>
          Approve <Text text={question.tool} />?
        </strong>
        {question.expiresAt !== null && (
          <span class="muted">
            expires in <Countdown at={question.expiresAt} />
          </span>
        )}
      </header>
      <p class="muted">
        {REASONS[question.reason]}
        {question.rule !== null && (
          <>
            {" "}
            Rule:{" "}
            <code>
              <Text text={question.rule} />
            </code>
          </>
        )}
      </p>
      {call?.kind === "tool" && call.effect === "once" && (
        <p class="ask-note">It has its effect once: it cannot be undone or repeated.</p>
      )}
      {follower.fold.taintSeq !== null && (
        <p class="ask-note">
          The run has read untrusted content before this, at #{follower.fold.taintSeq}.
        </p>
      )}
      {edited === null ? (
        <Json value={question.arguments} label="the arguments" />
      ) : (
        <Area
          label="Arguments as JSON"
          isMono
          rows={8}
          value={edited}
          error={isWrong ? "This is not JSON." : (failure?.fields[0]?.detail ?? null)}
          onInput={setEdited}
        />
      )}
      <Area
        label="Comment"
        hint="For the log. If you deny, the model reads it."
        rows={2}
        value={comment}
        onInput={setComment}
      />
      <div class="ask-actions">
        <Button
          kind="quiet"
          onClick={() =>
            setEdited(edited === null ? JSON.stringify(question.arguments, null, 2) : null)
          }
        >
          {edited === null ? "Edit the arguments" : "As the model asked"}
        </Button>
        <Button
          kind="danger"
          isBusy={isBusy}
          needs={lacking("tasks:write")}
          onClick={() => void decide(false)}
        >
          Deny
        </Button>
        <Button
          kind="primary"
          isBusy={isBusy}
          disabled={isWrong}
          needs={lacking("tasks:write")}
          onClick={() => void decide(true)}
        >
          {edited === null ? "Approve" : "Approve with edits"}
        </Button>
      </div>
      {failure !== null && <FailureNote failure={failure} />}
      <CopyAs
        request={{
          method: "POST",
          path,
          body,
          cli: ["approve", taskId, callId],
          sdk: [
            "tasks.approve",
            taskId,
            callId,
            ...(other === undefined ? [] : [{ arguments: other }]),
          ],
        }}
      />
    </section>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
