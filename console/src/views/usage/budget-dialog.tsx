/** Dialogs that set and remove a budget. */
import { useState } from "preact/hooks";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { LimitDialog } from "../../data/limit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { Choice } from "../../parts/field.tsx";

/** Which budget. */
export interface Target {
  readonly scope: string;
  readonly period: "day" | "month";
  /** Its value in dollars; null for a new one. */
  readonly most: number | null;
}

interface DialogProps {
  readonly target: Target;
  readonly onClose: () => void;
}

const PERIODS = [
  { value: "day", text: "day" },
  { value: "month", text: "month" },
] as const;

/** Sets a budget. Runs that wait for it continue if there is room. */
export function BudgetDialog({ target, onClose }: DialogProps) {
  const [period, setPeriod] = useState(target.period);
  return (
    <LimitDialog
      title={target.most === null ? "Set a budget" : "Change the budget"}
      scope={target.most === null ? null : target.scope}
      everything="all tasks of the tenant"
      number={{ label: "Most to spend, in dollars", start: target.most, isWhole: false }}
      request={(scope, max_cost_usd) => ({
        method: "PUT",
        path: `/api/v1/budgets/${scope}/${period}`,
        body: { max_cost_usd },
        cli: null,
        sdk: ["budgets.set", scope, period, { max_cost_usd }],
      })}
      send={({ budgets }, scope, max_cost_usd) => budgets.set(scope, period, { max_cost_usd })}
      onDone={() => invalidate("budgets")}
      onClose={onClose}
    >
      <Choice
        label="Per"
        value={period}
        options={PERIODS}
        onChange={(value) => setPeriod(value === "month" ? "month" : "day")}
      />
    </LimitDialog>
  );
}

/** Removes a budget. */
export function DeleteBudget({ target: { scope, period }, onClose }: DialogProps) {
  return (
    <ConfirmDialog
      title="Remove the budget?"
      submit="Remove"
      isDanger
      request={{
        method: "DELETE",
        path: `/api/v1/budgets/${scope}/${period}`,
        cli: null,
        sdk: ["budgets.delete", scope, period],
      }}
      send={({ budgets }) => budgets.delete(scope, period)}
      onDone={() => invalidate("budgets")}
      onClose={onClose}
    >
      <p>Nothing limits this spending any more. Runs that wait for it continue.</p>
    </ConfirmDialog>
  );
}
