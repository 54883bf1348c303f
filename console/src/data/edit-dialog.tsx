/** A dialog that makes or replaces something, with the fields that the API's document names. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Opspawn } from "../../../sdk/src/index.ts";
import { Button } from "../parts/button.tsx";
import { CopyAs } from "../parts/copy-as.tsx";
import { Dialog } from "../parts/dialog.tsx";
import type { Equivalent } from "../parts/equivalent.ts";
import { SchemaForm } from "../parts/form.tsx";
import { Json } from "../parts/json.tsx";
import { FailureNote, Loaded } from "../parts/states.tsx";
import { useForm } from "../parts/use-form.ts";
import { useApiSchema } from "./api-schema.ts";
import { useAction } from "./use-action.ts";

type Record_ = Readonly<Record<string, unknown>>;

interface EditProps {
  readonly title: string;
  /** Name of the body's schema in the API's document, such as `CreateAgent`. */
  readonly schema: string;
  /** Changes the schema, such as to name what can be chosen. */
  readonly adjust?: ((schema: Record_) => Record_) | undefined;
  /** The value at first. */
  readonly base: Record_;
  /** Whether it is one that exists, so that changes are marked. */
  readonly isChange?: boolean;
  /** Text of the button. */
  readonly submit: string;
  readonly request: (value: Record_) => Equivalent;
  /** Sends it; with the version that was read, if there is one. */
  readonly send: (
    opspawn: Opspawn,
    value: Record_,
    etag: string | undefined,
  ) => PromiseLike<unknown>;
  /** The version that was read. */
  readonly etag?: string | null;
  /** Reads what is there now, after another person has changed it. */
  readonly reread?: (opspawn: Opspawn) => PromiseLike<Current>;
  readonly about?: ComponentChildren;
  /** What is shown below the fields of a value. */
  readonly below?: (value: Record_) => ComponentChildren;
  /** Whether another dialog takes its place after it worked. */
  readonly isFollowed?: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

interface Current {
  readonly value: unknown;
  readonly etag: string | null;
}

/** The dialog; its fields come once the schema is there. */
export function EditDialog(props: EditProps) {
  const { title, schema, adjust, onClose } = props;
  const state = useApiSchema(schema);
  return state.value === undefined ? (
    <Dialog title={title} onClose={onClose} size="wide">
      <Loaded state={state}>{() => null}</Loaded>
    </Dialog>
  ) : (
    <Fields
      {...props}
      fields={state.value === null ? null : (adjust?.(state.value) ?? state.value)}
    />
  );
}

function Fields(props: EditProps & { readonly fields: unknown }) {
  const { title, base, isChange = false, submit, request, send, reread, about } = props;
  const form = useForm(props.fields, base, isChange);
  const [etag, setEtag] = useState(props.etag ?? null);
  const [theirs, setTheirs] = useState<Current | null>(null);
  const { run, isBusy, failure } = useAction(({ status, fields }) => {
    form.refuse(fields);
    if (status === 412 && reread !== undefined) {
      void look.run(async (opspawn) => setTheirs(await reread(opspawn)));
    }
  });
  const look = useAction();
  const value = form.value as Record_;
  const save = async (given: string | null): Promise<void> => {
    if (form.check() && (await run((opspawn) => send(opspawn, value, given ?? undefined)))) {
      props.onDone();
      if (props.isFollowed !== true) {
        props.onClose();
      }
    }
  };
  const hasOther = failure !== null && failure.fields.length === 0 && failure.status !== 412;
  return (
    <Dialog
      title={title}
      size="wide"
      onClose={props.onClose}
      onSubmit={() => void save(etag)}
      actions={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button kind="primary" type="submit" isBusy={isBusy}>
            {submit}
          </Button>
        </>
      }
    >
      {about !== undefined && <div>{about}</div>}
      {theirs !== null && failure?.status === 412 && (
        <section class="note tone-wait edit-theirs" role="alert">
          <p>It was changed since you opened it. This is how it is now; yours is below.</p>
          <Json value={theirs.value} label="the current version" />
          <div>
            <Button
              onClick={() => {
                setEtag(theirs.etag);
                void save(theirs.etag);
              }}
            >
              Replace it with mine
            </Button>
          </div>
        </section>
      )}
      <SchemaForm form={form} label="Fields" hasHeading={false} />
      {props.below?.(value)}
      {hasOther && <FailureNote failure={failure} />}
      <CopyAs request={request(value)} />
    </Dialog>
  );
}
