/** Dialogs that set and remove a budget. */
import { useState } from "preact/hooks";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { CopyAs } from "../../parts/copy-as.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Choice, Input } from "../../parts/field.tsx";
import { FailureNote } from "../../parts/states.tsx";

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
  const [agent, setAgent] = useState(target.scope.replace(/^tenant$|^agent:/, ""));
  const [period, setPeriod] = useState(target.period);
  const [most, setMost] = useState(target.most === null ? "" : String(target.most));
  const { run, isBusy, failure } = useAction();
  const scope = agent.trim() === "" ? "tenant" : `agent:${agent.trim()}`;
  const body = { max_cost_usd: Number(most) };
  const isWrong = most.trim() === "" || !(Number(most) >= 0);
  const save = async (): Promise<void> => {
    if (!isWrong && (await run(({ budgets }) => budgets.set(scope, period, body)))) {
      invalidate("budgets");
      onClose();
    }
  };
  return (
    <Dialog
      title={target.most === null ? "Set a budget" : "Change the budget"}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" isBusy={isBusy} disabled={isWrong}>
            Save
          </Button>
        </>
      }
    >
      {target.most === null && (
        <>
          <Input
            label="Agent"
            hint="Empty: all tasks of the tenant"
            value={agent}
            onInput={setAgent}
          />
          <Choice
            label="Per"
            value={period}
            options={PERIODS}
            onChange={(value) => setPeriod(value === "month" ? "month" : "day")}
          />
        </>
      )}
      <Input
        label="Most to spend, in dollars"
        inputMode="decimal"
        value={most}
        error={most !== "" && isWrong ? "This must be a sum." : null}
        onInput={setMost}
      />
      {failure !== null && <FailureNote failure={failure} />}
      <CopyAs
        request={{
          method: "PUT",
          path: `/api/v1/budgets/${scope}/${period}`,
          body,
          cli: null,
          sdk: ["budgets.set", scope, period, body],
        }}
      />
    </Dialog>
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
