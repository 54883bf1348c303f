/** Dialogs that set and remove a limit of runs at the same time. */
import type { ConcurrencyCap } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { LimitDialog } from "../../data/limit-dialog.tsx";
import { invalidate } from "../../data/query.ts";

interface CapDialogProps {
  /** The limit to change; null for a new one. */
  readonly cap: ConcurrencyCap | null;
  readonly onClose: () => void;
}

/** Sets a limit. */
export function CapDialog({ cap, onClose }: CapDialogProps) {
  return (
    <LimitDialog
      title={cap === null ? "Set a limit of runs" : "Change the limit of runs"}
      scope={cap?.scope ?? null}
      everything="all runs of the tenant"
      number={{
        label: "Most runs at the same time",
        hint: "0 holds back all of them.",
        start: cap?.max_runs ?? null,
        isWhole: true,
      }}
      request={(scope, max_runs) => ({
        method: "PUT",
        path: `/api/v1/concurrency/${scope}`,
        body: { max_runs },
        cli: null,
        sdk: ["concurrency.set", scope, { max_runs }],
      })}
      send={({ concurrency }, scope, max_runs) => concurrency.set(scope, { max_runs })}
      onDone={() => invalidate("concurrency")}
      onClose={onClose}
    />
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
