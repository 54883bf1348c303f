/** Dialogs that enable, disable and delete a tool. */
import type { Tool } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";

interface SwitchProps {
  readonly tool: Tool;
  readonly onClose: () => void;
}

/** Enables or disables a tool for new tasks. */
export function EnableTool({ tool, onClose }: SwitchProps) {
  const { name, enabled } = tool;
  const body = { enabled: !enabled };
  return (
    <ConfirmDialog
      title={`${enabled ? "Disable" : "Enable"} ${name}?`}
      submit={enabled ? "Disable" : "Enable"}
      isDanger={enabled}
      request={{
        method: "PATCH",
        path: `/api/v1/tools/${name}`,
        body,
        cli: null,
        sdk: ["tools.enable", name, !enabled],
      }}
      send={({ tools }) => tools.enable(name, !enabled)}
      onDone={() => invalidate("tools")}
      onClose={onClose}
    >
      <p>This applies to new tasks. Runs that exist keep the tools they began with.</p>
    </ConfirmDialog>
  );
}

/** Deletes a tool. */
export function DeleteTool({
  tool,
  onDone,
  onClose,
}: SwitchProps & { readonly onDone: () => void }) {
  const { name } = tool;
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      submit="Delete the tool"
      isDanger
      request={{
        method: "DELETE",
        path: `/api/v1/tools/${name}`,
        cli: null,
        sdk: ["tools.delete", name],
      }}
      send={({ tools }) => tools.delete(name)}
      onDone={onDone}
      onClose={onClose}
    >
      <p>New tasks can no longer use it. Runs that exist keep it.</p>
    </ConfirmDialog>
  );
}
