/** Dialogs that change a server. */
import type { McpServer } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";

/** Which dialog is open. */
export type OpenDialog = "edit" | "enable" | "delete" | null;

interface DialogsProps {
  readonly open: OpenDialog;
  readonly server: McpServer;
  readonly etag: string | null;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

const onDone = (): void => invalidate("mcp");

/** The open dialog. */
export function ServerDialogs({ open, server, etag, onDeleted, onClose }: DialogsProps) {
  const { name, enabled } = server;
  const path = `/api/v1/mcp/servers/${name}`;
  switch (open) {
    case null:
      return null;
    case "edit":
      return (
        <EditDialog
          title={`Change ${name}`}
          schema="ReplaceMcpServer"
          base={bodyOf(server)}
          isChange
          submit="Save"
          etag={etag}
          request={(body) => ({
            method: "PUT",
            path,
            body,
            ...(etag !== null && { headers: { "If-Match": etag } }),
            cli: null,
            sdk: ["mcpServers.replace", name, body, ...(etag === null ? [] : [{ ifMatch: etag }])],
          })}
          send={({ mcpServers }, body, ifMatch) =>
            mcpServers.replace(name, body as never, { ifMatch })
          }
          reread={async ({ mcpServers }) => {
            const found = await mcpServers.get(name).withResponse();
            return { value: bodyOf(found.data), etag: found.etag };
          }}
          onDone={onDone}
          onClose={onClose}
        />
      );
    case "enable":
      return (
        <ConfirmDialog
          title={`${enabled ? "Disable" : "Enable"} ${name}?`}
          submit={enabled ? "Disable" : "Enable"}
          isDanger={enabled}
          request={{
            method: "PATCH",
            path,
            body: { enabled: !enabled },
            cli: null,
            sdk: ["mcpServers.enable", name, !enabled],
          }}
          send={({ mcpServers }) => mcpServers.enable(name, !enabled)}
          onDone={onDone}
          onClose={onClose}
        >
          <p>This applies to new tasks.</p>
        </ConfirmDialog>
      );
    case "delete":
      return (
        <ConfirmDialog
          title={`Delete ${name}?`}
          submit="Delete the server"
          isDanger
          request={{ method: "DELETE", path, cli: null, sdk: ["mcpServers.delete", name] }}
          send={({ mcpServers }) => mcpServers.delete(name)}
          onDone={() => {
            onDone();
            onDeleted();
          }}
          onClose={onClose}
        >
          <p>Its tools are gone for new tasks, and its tokens are deleted.</p>
        </ConfirmDialog>
      );
  }
}

function bodyOf(server: McpServer): Readonly<Record<string, unknown>> {
  const { url, headers, enabled, timeout_ms, effects, trust_annotations, approval, oauth } = server;
  return {
    url,
    headers,
    enabled,
    timeout_ms,
    effects,
    trust_annotations,
    approval,
    ...(oauth !== undefined && { oauth }),
  };
}
