/** What the run asks people, with the forms that answer it. */
import type { Question } from "../../../../sdk/src/view/questions.ts";
import { ApprovalForm } from "./approval-form.tsx";
import { useRun } from "./context.ts";
import { AnswerForm, BudgetForm, ServerForm } from "./answer-forms.tsx";

/** The open questions of the run. */
export function OpenQuestions() {
  const { follower } = useRun();
  const { list } = follower.fold.questions;
  return (
    <>
      {list.map((question) => (
        <QuestionForm key={keyOf(question)} question={question} />
      ))}
    </>
  );
}

function QuestionForm({ question }: { readonly question: Question }) {
  switch (question.kind) {
    case "approval":
      return <ApprovalForm question={question} />;
    case "question":
      return <AnswerForm question={question} />;
    case "form":
    case "address":
      return <ServerForm question={question} />;
    case "budget":
      return <BudgetForm question={question} />;
  }
}

function keyOf(question: Question): string {
  return question.kind === "budget"
    ? "budget"
    : `${question.callId} ${"key" in question ? question.key : ""}`;
}
