/** A dialog that sets one number for the tenant or for an agent: a budget, or a limit of runs. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Opspawn } from "../../../sdk/src/index.ts";
import { Button } from "../parts/button.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import { Dialog } from "../parts/dialog.tsx";
import type { Equivalent } from "../parts/equivalent.ts";
import { Input } from "../parts/field.tsx";
import { FailureNote } from "../parts/states.tsx";
import { useAction } from "./use-action.ts";

interface LimitDialogProps {
  readonly title: string;
  /** The scope that has the limit, such as `agent:reports`; null for a new one. */
  readonly scope: string | null;
  /** What the scope is without an agent, as it ends "Empty: …". */
  readonly everything: string;
  /** Fields between the agent and the number, of a new one. */
  readonly children?: ComponentChildren;
  readonly number: {
    readonly label: string;
    readonly hint?: string;
    readonly start: number | null;
    readonly isWhole: boolean;
  };
  readonly request: (scope: string, value: number) => Equivalent;
  readonly send: (opspawn: Opspawn, scope: string, value: number) => PromiseLike<unknown>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The dialog. It stays open if the change fails, and says why. */
export function LimitDialog(props: LimitDialogProps) {
  const { title, scope: known, everything, children, number, request, send, onDone } = props;
  const [agent, setAgent] = useState("");
  const [text, setText] = useState(number.start === null ? "" : String(number.start));
  const { run, isBusy, failure } = useAction();
  const value = Number(text);
  const isWrong =
    text.trim() === "" || !(value >= 0) || (number.isWhole && !Number.isInteger(value));
  const scope = known ?? (agent.trim() === "" ? "tenant" : `agent:${agent.trim()}`);
  const save = async (): Promise<void> => {
    if (!isWrong && (await run((opspawn) => send(opspawn, scope, value)))) {
      onDone();
      props.onClose();
    }
  };
  const wrong = number.isWhole ? "Enter a whole number from 0." : "Enter an amount from 0.";
  return (
    <Dialog
      title={title}
      onClose={props.onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button kind="primary" type="submit" isBusy={isBusy} disabled={isWrong}>
            Save
          </Button>
        </>
      }
    >
      {known === null && (
        <>
          <Input label="Agent" hint={`Empty: ${everything}`} value={agent} onInput={setAgent} />
          {children}
        </>
      )}
      <Input
        label={number.label}
        hint={number.hint}
        inputMode={number.isWhole ? "numeric" : "decimal"}
        value={text}
        error={failure?.fields[0]?.detail ?? (text !== "" && isWrong ? wrong : null)}
        onInput={setText}
      />
      {failure !== null && failure.fields.length === 0 && <FailureNote failure={failure} />}
      <CopyAs request={request(scope, isWrong ? 0 : value)} />
    </Dialog>
  );
}
