/** Raises the limit or the budget that a run has reached. */
import { useState } from "preact/hooks";
import { Button, ButtonLink } from "../parts/button.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import type { Equivalent } from "../parts/equivalent.ts";
import { Input } from "../parts/field.tsx";
import { Skeleton } from "../parts/states.tsx";
import { hrefTo } from "../route/match.ts";
import { lacking } from "../session/store.ts";
import type { AnswerProps } from "./answer-props.ts";
import { budgetOf } from "./requests.ts";
import { SendBar } from "./send-bar.tsx";
import { useAnswer } from "./use-answer.ts";
import { limitText } from "./words.ts";

/** The form of a limit; the new value is proposed once the old one is known. */
export function BudgetForm(props: AnswerProps) {
  return props.context.isLoading ? <Skeleton shape="rows" /> : <Raise {...props} />;
}

function Raise({ entry, context, isAnswered, onAnswered }: AnswerProps) {
  const { task_id, limit = "" } = entry;
  const budget = budgetOf(entry);
  const before = context.limit;
  const isMoney = limit === "max_cost_usd" || budget !== null;
  const [text, setText] = useState(before === null ? "" : String(before * 2));
  const { send, isBusy, failure } = useAnswer(onAnswered);
  const value = Number(text);
  const isWrong = text.trim() === "" || !(value > 0) || (!isMoney && !Number.isInteger(value));
  const error = failure?.fields[0]?.detail ?? (isWrong && text !== "" ? wrongText(isMoney) : null);
  const needs = lacking(budget === null ? "tasks:write" : "limits:write");
  const raise = (): void => {
    if (!isWrong) {
      send("Raised", ({ tasks, budgets }) =>
        budget === null
          ? tasks.updateLimits(task_id, { [limit]: value })
          : budgets.set(budget.scope, budget.period, { max_cost_usd: value }),
      );
    }
  };
  return (
    <SendBar
      isAnswered={isAnswered}
      failure={failure}
      onSend={raise}
      note={
        budget === null
          ? "The run continues at once."
          : "All runs that wait for this budget continue."
      }
      actions={
        <>
          <ButtonLink href={hrefTo(["runs", task_id])}>Cancel the run instead</ButtonLink>
          <Button kind="primary" type="submit" isBusy={isBusy} disabled={isWrong} needs={needs}>
            Raise and continue
          </Button>
        </>
      }
      copy={<CopyAs request={requestOf(entry, budget, value)} />}
    >
      <Input
        label={`New ${limitText(limit).toLowerCase()}`}
        hint={before === null ? undefined : `It is ${isMoney ? "$" : ""}${before} now.`}
        inputMode="decimal"
        value={text}
        error={error}
        onInput={setText}
      />
    </SendBar>
  );
}

function wrongText(isMoney: boolean): string {
  return isMoney ? "This must be a sum above 0." : "This must be a whole number above 0.";
}

function requestOf(
  { task_id, limit = "" }: AnswerProps["entry"],
  budget: ReturnType<typeof budgetOf>,
  value: number,
): Equivalent {
  if (budget === null) {
    const body = { [limit]: value };
    return {
      method: "PATCH",
      path: `/api/v1/tasks/${task_id}/limits`,
      body,
      cli: null,
      sdk: ["tasks.updateLimits", task_id, body],
    };
  }
  const body = { max_cost_usd: value };
  const { scope, period } = budget;
  return {
    method: "PUT",
    path: `/api/v1/budgets/${scope}/${period}`,
    body,
    cli: null,
    sdk: ["budgets.set", scope, period, body],
  };
}
