/** The form that answers a question, by its kind. */
import type { AnswerProps } from "./answer-props.ts";
import { ApprovalForm } from "./approval-form.tsx";
import { BudgetForm } from "./budget-form.tsx";
import { QuestionForm } from "./question-form.tsx";
import { AddressForm, ServerForm } from "./server-form.tsx";

const FORMS = {
  approval: ApprovalForm,
  question: QuestionForm,
  form: ServerForm,
  address: AddressForm,
  budget: BudgetForm,
} as const;

/** The form. It calls `onAnswered` once the service has the answer. */
export function AnswerForm(props: AnswerProps) {
  const Form = FORMS[props.entry.kind];
  return <Form {...props} />;
}
