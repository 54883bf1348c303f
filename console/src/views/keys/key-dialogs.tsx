/** Dialogs that make, rotate and revoke keys. */
import type { Key } from "../../../../sdk/src/model.ts";
import { SecretFlow } from "../../data/secret-flow.tsx";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { identity } from "../../session/store.ts";

const ABOUT = "This is the only time that it is shown: the service stores a hash of it.";

/** Makes a key, and shows it once. */
export function NewKey({ onClose }: { readonly onClose: () => void }) {
  return (
    <SecretFlow
      title="New key"
      schema="CreateKey"
      base={{ name: "", scopes: [] }}
      submit="Create"
      request={(body) => ({
        method: "POST",
        path: "/api/v1/keys",
        body,
        cli: null,
        sdk: ["keys.create", body],
      })}
      make={async ({ keys }, body) => (await keys.create(body as never)).key}
      secretTitle="The new key"
      aboutSecret={ABOUT}
      onDone={() => invalidate("keys")}
      onClose={onClose}
    />
  );
}

interface KeyProps {
  readonly of: Key;
  readonly onClose: () => void;
}

/** Replaces the secret of a key; the old one is valid for a grace period. */
export function RotateKey({ of: { id, name }, onClose }: KeyProps) {
  return (
    <SecretFlow
      title={`Rotate ${name}`}
      schema="RotateKey"
      base={{ grace_s: 3600 }}
      submit="Rotate"
      request={(body) => ({
        method: "POST",
        path: `/api/v1/keys/${id}/rotate`,
        body,
        cli: null,
        sdk: ["keys.rotate", id, body],
      })}
      make={async ({ keys }, body) => (await keys.rotate(id, body)).key}
      secretTitle={`The new secret of ${name}`}
      aboutSecret={ABOUT}
      onDone={() => invalidate("keys")}
      onClose={onClose}
    />
  );
}

/** Revokes a key. */
export function RevokeKey({ of: { id, name }, onClose }: KeyProps) {
  return (
    <ConfirmDialog
      title={`Revoke ${name}?`}
      submit="Revoke the key"
      isDanger
      request={{
        method: "DELETE",
        path: `/api/v1/keys/${id}`,
        cli: ["keys", "revoke", id],
        sdk: ["keys.revoke", id],
      }}
      send={({ keys }) => keys.revoke(id)}
      onDone={() => invalidate("keys")}
      onClose={onClose}
    >
      <p>Requests with it fail within seconds. This cannot be undone.</p>
      {id === identity.value?.id && (
        <p>
          <strong>This page uses this key, and will need another one.</strong>
        </p>
      )}
    </ConfirmDialog>
  );
}
