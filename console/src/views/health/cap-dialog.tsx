/** Dialogs that set and remove a limit of runs at the same time. */
import { useState } from "preact/hooks";
import type { ConcurrencyCap } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { CopyAs } from "../../parts/copy-as.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Input } from "../../parts/field.tsx";
import { FailureNote } from "../../parts/states.tsx";

interface CapDialogProps {
  /** The limit to change; null for a new one. */
  readonly cap: ConcurrencyCap | null;
  readonly onClose: () => void;
}

/** Sets a limit. */
export function CapDialog({ cap, onClose }: CapDialogProps) {
  const [agent, setAgent] = useState(cap?.agent ?? "");
  const [most, setMost] = useState(cap === null ? "" : String(cap.max_runs));
  const { run, isBusy, failure } = useAction();
  const scope = agent.trim() === "" ? "tenant" : `agent:${agent.trim()}`;
  const body = { max_runs: Number(most) };
  const isWrong = !/^\d+$/.test(most.trim());
  const save = async (): Promise<void> => {
    if (!isWrong && (await run(({ concurrency }) => concurrency.set(scope, body)))) {
      invalidate("concurrency");
      onClose();
    }
  };
  return (
    <Dialog
      title={cap === null ? "Set a limit of runs" : "Change the limit of runs"}
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
      {cap === null && (
        <Input
          label="Agent"
          hint="Empty: all runs of the tenant"
          value={agent}
          onInput={setAgent}
        />
      )}
      <Input
        label="Most runs at the same time"
        hint="0 holds back all of them."
        inputMode="numeric"
        value={most}
        error={most !== "" && isWrong ? "This must be a whole number." : null}
        onInput={setMost}
      />
      {failure !== null && <FailureNote failure={failure} />}
      <CopyAs
        request={{
          method: "PUT",
          path: `/api/v1/concurrency/${scope}`,
          body,
          cli: null,
          sdk: ["concurrency.set", scope, body],
        }}
      />
    </Dialog>
  );
}

interface DeleteCapProps {
  readonly cap: ConcurrencyCap;
  readonly onClose: () => void;
}

/** Removes a limit. */
export function DeleteCap({ cap: { scope }, onClose }: DeleteCapProps) {
  return (
    <ConfirmDialog
      title="Remove the limit?"
      submit="Remove"
      isDanger
      request={{
        method: "DELETE",
        path: `/api/v1/concurrency/${scope}`,
        cli: null,
        sdk: ["concurrency.delete", scope],
      }}
      send={({ concurrency }) => concurrency.delete(scope)}
      onDone={() => invalidate("concurrency")}
      onClose={onClose}
    >
      <p>Runs that wait for a slot begin at once.</p>
    </ConfirmDialog>
  );
}
