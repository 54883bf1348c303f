/** Dialogs that set and delete secrets. Commands to copy never contain the value. */
import type { Secret } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { named, valueHidden } from "./secret-form.ts";

type Record_ = Readonly<Record<string, unknown>>;

interface DialogProps {
  readonly onClose: () => void;
}

interface SecretProps extends DialogProps {
  readonly of: Secret;
}

/** Creates a secret. */
export function NewSecret({ onClose }: DialogProps) {
  return (
    <EditDialog
      title="New secret"
      schema="SetSecret"
      adjust={named}
      base={{ name: "", value: "" }}
      submit="Save"
      request={({ name, ...body }) => requestOf(String(name), body)}
      send={({ secrets }, { name, ...body }) => secrets.set(String(name), body as never)}
      onDone={() => invalidate("secrets")}
      onClose={onClose}
    />
  );
}

/** Replaces the value of a secret. */
export function SetSecretValue({ of: { name, hosts }, onClose }: SecretProps) {
  return (
    <EditDialog
      title={`Set ${name}`}
      schema="SetSecret"
      adjust={valueHidden}
      base={{ value: "", ...(hosts !== null && { hosts }) }}
      submit="Save"
      about={<p>Calls use the new value within seconds.</p>}
      request={(body) => requestOf(name, body)}
      send={({ secrets }, body) => secrets.set(name, body as never)}
      onDone={() => invalidate("secrets")}
      onClose={onClose}
    />
  );
}

/** Deletes a secret. */
export function DeleteSecret({ of: { name }, onClose }: SecretProps) {
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      submit="Delete the secret"
      isDanger
      request={{
        method: "DELETE",
        path: `/api/v1/secrets/${name}`,
        cli: ["secrets", "delete", name],
        sdk: ["secrets.delete", name],
      }}
      send={({ secrets }) => secrets.delete(name)}
      onDone={() => invalidate("secrets")}
      onClose={onClose}
    >
      <p>Calls that refer to it fail within seconds. The value cannot be restored.</p>
    </ConfirmDialog>
  );
}

function requestOf(name: string, given: Record_) {
  const body = { ...given, value: "…" };
  const hosts = Array.isArray(given["hosts"]) ? given["hosts"].map(String) : [];
  return {
    method: "PUT",
    path: `/api/v1/secrets/${name}`,
    body,
    cli: ["secrets", "put", name, ...hosts.flatMap((host) => ["--host", host])],
    sdk: ["secrets.set", name, body],
  } as const;
}
