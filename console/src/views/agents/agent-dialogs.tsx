/** Dialogs that change an agent. */
import type { Agent } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";

interface AgentDialogProps {
  readonly agent: Agent;
  readonly etag: string | null;
  readonly onClose: () => void;
}

/** Makes a new version. If another one was made, it is shown next to the own. */
export function AgentDialog({ agent, etag, onClose }: AgentDialogProps) {
  const { name } = agent;
  return (
    <EditDialog
      title={`New version of ${name}`}
      schema="ReplaceAgent"
      adjust={withoutName}
      base={bodyOf(agent)}
      isChange
      submit={`Save as version ${agent.version + 1}`}
      etag={etag}
      request={(body) => ({
        method: "PUT",
        path: `/api/v1/agents/${name}`,
        body,
        ...(etag !== null && { headers: { "If-Match": etag } }),
        cli: null,
        sdk: ["agents.replace", name, body, ...(etag === null ? [] : [{ ifMatch: etag }])],
      })}
      send={({ agents }, body, ifMatch) => agents.replace(name, body, { ifMatch })}
      reread={async ({ agents }) => {
        const found = await agents.get(name).withResponse();
        return { value: bodyOf(found.data), etag: found.etag };
      }}
      onDone={() => invalidate("agents")}
      onClose={onClose}
    />
  );
}

interface DeleteProps {
  readonly name: string;
  readonly etag: string | null;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Deletes an agent. */
export function DeleteAgent({ name, etag, onDone, onClose }: DeleteProps) {
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      submit="Delete the agent"
      isDanger
      request={{
        method: "DELETE",
        path: `/api/v1/agents/${name}`,
        ...(etag !== null && { headers: { "If-Match": etag } }),
        cli: null,
        sdk: ["agents.delete", name],
      }}
      send={({ agents }) => agents.delete(name, { ifMatch: etag ?? undefined })}
      onDone={onDone}
      onClose={onClose}
    >
      <p>New tasks can no longer use it. Runs that exist keep the version they began with.</p>
    </ConfirmDialog>
  );
}

function bodyOf({ description, config, limits }: Agent): Readonly<Record<string, unknown>> {
  return { description, config: config ?? {}, limits: limits ?? {} };
}

/** The name is in the address and cannot change. */
function withoutName(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { name: _, ...properties } = schema["properties"] as Readonly<Record<string, unknown>>;
  return { ...schema, properties };
}
