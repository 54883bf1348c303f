/** Dialogs that change a webhook. */
import type { Webhook } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";

/** Which dialog is open. */
export type OpenDialog = "edit" | "delete" | null;

interface DialogsProps {
  readonly open: OpenDialog;
  readonly hook: Webhook;
  readonly etag: string | null;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

/** The open dialog. */
export function WebhookDialogs({ open, hook, etag, onDeleted, onClose }: DialogsProps) {
  const { id } = hook;
  const path = `/api/v1/webhooks/${id}`;
  if (open === "edit") {
    return (
      <EditDialog
        title="Change the webhook"
        schema="ChangeWebhook"
        base={bodyOf(hook)}
        isChange
        submit="Save"
        etag={etag}
        request={(body) => ({
          method: "PATCH",
          path,
          body,
          cli: null,
          sdk: ["webhooks.update", id, body],
        })}
        send={({ webhooks }, body, ifMatch) => webhooks.update(id, body, { ifMatch })}
        reread={async ({ webhooks }) => {
          const found = await webhooks.get(id).withResponse();
          return { value: bodyOf(found.data), etag: found.etag };
        }}
        onDone={() => invalidate("webhooks")}
        onClose={onClose}
      />
    );
  }
  return open === "delete" ? (
    <ConfirmDialog
      title="Delete the webhook?"
      submit="Delete the webhook"
      isDanger
      request={{ method: "DELETE", path, cli: null, sdk: ["webhooks.delete", id] }}
      send={({ webhooks }) => webhooks.delete(id)}
      onDone={() => {
        invalidate("webhooks");
        onDeleted();
      }}
      onClose={onClose}
    >
      <p>Deliveries that are pending are not sent. This cannot be undone.</p>
    </ConfirmDialog>
  ) : null;
}

function bodyOf({ url, types, description, enabled }: Webhook): Readonly<Record<string, unknown>> {
  return { url, types, description, enabled };
}
