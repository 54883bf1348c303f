/** What can be done with a run: by its state, by the rights of the key. */
import { useState } from "preact/hooks";
import { useAction } from "../../data/use-action.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { CopyAs } from "../../parts/copy-as.tsx";
import { copyText, CopyButton } from "../../parts/copy.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Input } from "../../parts/field.tsx";
import { saveFile } from "../../parts/save.ts";
import { FailureNote } from "../../parts/states.tsx";
import { useViewActions, type ViewAction } from "../../parts/view-actions.ts";
import { toast } from "../../parts/toast.tsx";
import { go } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { useRun } from "./context.ts";
import { LimitsDialog } from "./limits-dialog.tsx";
import { wholeLog } from "./whole-log.ts";

const onLost = (): void => toast("The log could not be loaded", "bad");

type Open = "cancel" | "retry" | "limits" | null;

/** The actions of a run. */
export function RunActions({ status }: { readonly status: string }) {
  const run = useRun();
  const [open, setOpen] = useState<Open>(null);
  const isOver = run.follower.fold.end !== null;
  const needs = lacking("tasks:write");
  const close = (): void => setOpen(null);
  const save = async (): Promise<void> => {
    const events = await wholeLog(run);
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join("");
    saveFile(`${run.taskId}.jsonl`, lines, "application/jsonl");
  };
  const mayWrite = !run.isFile && needs === null;
  const actions: readonly ViewAction[] = [
    { text: "Copy the link", icon: "link", act: () => void copyText(location.href) },
    { text: "Save the log as a file", icon: "save", act: () => void save().catch(onLost) },
    ...(mayWrite && !isOver
      ? ([
          { text: "Change the limits", icon: "shield", act: () => setOpen("limits") },
          { text: "Cancel the run", icon: "stop", act: () => setOpen("cancel") },
        ] as const)
      : []),
    ...(mayWrite && isOver
      ? ([{ text: "Retry the run", icon: "retry", act: () => setOpen("retry") }] as const)
      : []),
  ];
  useViewActions(actions, `${run.taskId} ${mayWrite} ${isOver}`);
  return (
    <div class="page-actions">
      <CopyButton text={() => location.href} label="Copy the link" icon="link" />
      <Button
        kind="quiet"
        icon="save"
        label="Save the log as a file"
        onClick={() => void save().catch(onLost)}
      />
      {!run.isFile && (
        <ButtonLink kind="quiet" icon="copy" href={hrefTo(["new"], { from: run.taskId })}>
          Clone
        </ButtonLink>
      )}
      {!run.isFile && !isOver && (
        <Button kind="plain" needs={needs} onClick={() => setOpen("limits")}>
          Limits
        </Button>
      )}
      {!run.isFile && !isOver && (
        <Button kind="danger" icon="stop" needs={needs} onClick={() => setOpen("cancel")}>
          Cancel
        </Button>
      )}
      {!run.isFile && isOver && (
        <Button icon="retry" needs={needs} onClick={() => setOpen("retry")}>
          Retry
        </Button>
      )}
      {open === "cancel" && <CancelDialog status={status} onClose={close} />}
      {open === "retry" && <RetryDialog onClose={close} />}
      {open === "limits" && <LimitsDialog onClose={close} />}
    </div>
  );
}

function CancelDialog({ status, onClose }: { status: string; onClose: () => void }) {
  const { taskId } = useRun();
  const [reason, setReason] = useState("");
  const { run, isBusy, failure } = useAction();
  const body = reason.trim() === "" ? {} : { reason };
  const cancel = async (): Promise<void> => {
    if (await run(({ tasks }) => tasks.cancel(taskId, body))) {
      onClose();
    }
  };
  return (
    <Dialog
      title="Cancel the run?"
      onClose={onClose}
      onSubmit={() => void cancel()}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" type="submit" isBusy={isBusy}>
            Cancel the run
          </Button>
        </>
      }
    >
      <p class="muted">
        It is {status}. Its call in flight is aborted, and it cannot be continued; what its tools
        did stays done.
      </p>
      <Input label="Reason" hint="For the log." value={reason} autoFocus onInput={setReason} />
      {failure !== null && <FailureNote failure={failure} />}
      <CopyAs
        request={{
          method: "POST",
          path: `/api/v1/tasks/${taskId}/cancel`,
          body,
          cli: ["cancel", taskId],
          sdk: ["tasks.cancel", taskId, body],
        }}
      />
    </Dialog>
  );
}

function RetryDialog({ onClose }: { onClose: () => void }) {
  const { taskId } = useRun();
  const [config, setConfig] = useState<"same" | "current">("same");
  const { run, isBusy, failure } = useAction();
  const retry = async (): Promise<void> => {
    let id = "";
    const isDone = await run(async ({ tasks }) => {
      ({ id } = await tasks.retry(taskId, { config }));
    });
    if (isDone) {
      onClose();
      go(hrefTo(["runs", id]));
    }
  };
  return (
    <Dialog
      title="Retry as a new task"
      onClose={onClose}
      onSubmit={() => void retry()}
      actions={
        <Button kind="primary" type="submit" isBusy={isBusy}>
          Retry
        </Button>
      }
    >
      <fieldset class="radio">
        <legend class="hidden">Config</legend>
        {(["same", "current"] as const).map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="config"
              checked={config === value}
              onChange={() => setConfig(value)}
            />
            {value === "same" ? "With the config of this task" : "With its agent as it is today"}
          </label>
        ))}
      </fieldset>
      {failure !== null && <FailureNote failure={failure} />}
      <CopyAs
        request={{
          method: "POST",
          path: `/api/v1/tasks/${taskId}/retry`,
          body: { config },
          cli: ["retry", taskId],
          sdk: ["tasks.retry", taskId, { config }],
        }}
      />
    </Dialog>
  );
}
