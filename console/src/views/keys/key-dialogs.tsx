/** Dialogs that make, rotate and revoke keys. */
import { useState } from "preact/hooks";
import type { Key } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { SecretDialog } from "../../parts/secret.tsx";
import { identity } from "../../session/store.ts";

const ABOUT = "This is the only time that it is shown: the service stores a hash of it.";

/** Makes a key, and shows it once. */
export function NewKey({ onClose }: { readonly onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  return secret !== null ? (
    <SecretDialog title="The new key" secret={secret} about={ABOUT} onClose={onClose} />
  ) : (
    <EditDialog
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
      send={async ({ keys }, body) => setSecret((await keys.create(body as never)).key)}
      onDone={() => invalidate("keys")}
      isFollowed
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
  const [secret, setSecret] = useState<string | null>(null);
  return secret !== null ? (
    <SecretDialog
      title={`The new secret of ${name}`}
      secret={secret}
      about={ABOUT}
      onClose={onClose}
    />
  ) : (
    <EditDialog
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
      send={async ({ keys }, body) => setSecret((await keys.rotate(id, body)).key)}
      onDone={() => invalidate("keys")}
      isFollowed
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
