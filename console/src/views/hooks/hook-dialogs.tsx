/** Dialogs that make and change hooks. */
import type { Hook } from "../../../../sdk/src/model.ts";
import { SecretFlow } from "../../data/secret-flow.tsx";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";

/** Which dialog of which hook is open. */
export interface OpenHookDialog {
  readonly kind: "edit" | "delete";
  readonly hook: Hook;
}

/** Makes a hook, and shows its secret. */
export function NewHook({ onClose }: { readonly onClose: () => void }) {
  return (
    <SecretFlow
      title="New hook"
      schema="CreateHook"
      base={{ name: "", template: { input_data: { goal: "Look at {{title}}" } } }}
      submit="Create"
      request={(body) => ({
        method: "POST",
        path: "/api/v1/hooks",
        body,
        cli: null,
        sdk: ["hooks.create", body],
      })}
      make={async ({ hooks }, body) => (await hooks.create(body as never)).secret}
      secretTitle="The signing secret"
      aboutSecret="The other system signs each request with it. You can read it again next to the hook."
      onDone={() => invalidate("hooks")}
      onClose={onClose}
    />
  );
}

interface HookDialogsProps {
  readonly open: OpenHookDialog;
  readonly onClose: () => void;
}

/** The open dialog. */
export function HookDialogs({ open: { kind, hook }, onClose }: HookDialogsProps) {
  const { id, name, template, enabled } = hook;
  const path = `/api/v1/hooks/${id}`;
  return kind === "edit" ? (
    <EditDialog
      title={`Change ${name}`}
      schema="ChangeHook"
      base={{ name, template, enabled }}
      isChange
      submit="Save"
      request={(body) => ({
        method: "PATCH",
        path,
        body,
        cli: null,
        sdk: ["hooks.update", id, body],
      })}
      send={({ hooks }, body) => hooks.update(id, body)}
      onDone={() => invalidate("hooks")}
      onClose={onClose}
    />
  ) : (
    <ConfirmDialog
      title={`Delete ${name}?`}
      submit="Delete the hook"
      isDanger
      request={{ method: "DELETE", path, cli: null, sdk: ["hooks.delete", id] }}
      send={({ hooks }) => hooks.delete(id)}
      onDone={() => invalidate("hooks")}
      onClose={onClose}
    >
      <p>Requests to its address are refused from now on.</p>
    </ConfirmDialog>
  );
}
