/** A dialog that asks before something is changed that has no fields. */
import type { ComponentChildren } from "preact";
import type { Opspawn } from "../../../sdk/src/index.ts";
import { Button } from "../parts/button.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import { Dialog } from "../parts/dialog.tsx";
import type { Equivalent } from "../parts/equivalent.ts";
import { FailureNote } from "../parts/states.tsx";
import { useAction } from "./use-action.ts";

interface ConfirmProps {
  readonly title: string;
  /** What follows, and whether it can be undone. */
  readonly children: ComponentChildren;
  /** Text of the button. */
  readonly submit: string;
  readonly isDanger?: boolean;
  readonly request: Equivalent;
  readonly send: (opspawn: Opspawn) => PromiseLike<unknown>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The dialog. It stays open if the change fails, and says why. */
export function ConfirmDialog({
  title,
  children,
  submit,
  isDanger = false,
  request,
  send,
  onDone,
  onClose,
}: ConfirmProps) {
  const { run, isBusy, failure } = useAction();
  const confirm = async (): Promise<void> => {
    if (await run(send)) {
      onDone();
      onClose();
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => void confirm()}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={isDanger ? "danger" : "primary"} type="submit" isBusy={isBusy}>
            {submit}
          </Button>
        </>
      }
    >
      <div class="confirm-text">{children}</div>
      {failure !== null && <FailureNote failure={failure} />}
      <CopyAs request={request} />
    </Dialog>
  );
}
