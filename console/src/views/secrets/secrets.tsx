/** Secrets of the tenant: values that calls use by name. The service never returns a value. */
import { useState } from "preact/hooks";
import type { Secret } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { Button } from "../../parts/button.tsx";
import type { Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { lacking } from "../../session/store.ts";
import { DeleteSecret, NewSecret, SetSecretValue } from "./secret-dialogs.tsx";

const EVERY_MS = 30_000;

interface Open {
  readonly kind: "set" | "delete";
  readonly secret: Secret;
}

/** The secrets, with the button for a new one. */
export function Secrets() {
  const [open, setOpen] = useState<Open | null>(null);
  return (
    <>
      <ListView
        title="Secrets"
        about="Values that tools, MCP servers and models use by name. They are encrypted and cannot be read back."
        name="secrets"
        read={({ secrets }, query, signal) => secrets.list(query, { signal })}
        everyMs={EVERY_MS}
        columns={columnsWith((kind, secret) => setOpen({ kind, secret }))}
        keyOf={({ name }) => name}
        empty={{
          icon: "lock",
          title: "No secrets yet",
          text: "A secret is a token of a tool's server, or your own API key of a model provider.",
        }}
        create={{
          text: "New secret",
          scope: "secrets:write",
          dialog: (onClose) => <NewSecret onClose={onClose} />,
        }}
      />
      {open?.kind === "set" && <SetSecretValue of={open.secret} onClose={() => setOpen(null)} />}
      {open?.kind === "delete" && <DeleteSecret of={open.secret} onClose={() => setOpen(null)} />}
    </>
  );
}

function columnsWith(act: (kind: Open["kind"], secret: Secret) => void): readonly Column<Secret>[] {
  return [
    { id: "name", header: "Secret", cell: ({ name }) => <Line text={name} /> },
    {
      id: "hosts",
      header: "Hosts",
      hide: "s",
      cell: ({ hosts }) => <Line text={hosts?.join(", ") ?? "any"} class="muted" />,
    },
    {
      id: "set",
      header: "Set",
      width: "130px",
      hide: "s",
      cell: ({ updated_at, version }) => (
        <span>
          <Ago at={updated_at} /> ago{" "}
          {version > 1 && <span class="muted">· version {version}</span>}
        </span>
      ),
    },
    {
      id: "used",
      header: "Last used",
      width: "110px",
      hide: "s",
      cell: ({ last_used_on }) => last_used_on ?? <span class="muted">never</span>,
    },
    {
      id: "actions",
      header: <span class="hidden">Actions</span>,
      width: "170px",
      cell: (secret) => (
        <span class="keys-actions">
          <Button
            kind="quiet"
            disabled={lacking("secrets:write") !== null}
            onClick={() => act("set", secret)}
          >
            Set value
          </Button>
          <Button
            kind="quiet"
            disabled={lacking("secrets:write") !== null}
            onClick={() => act("delete", secret)}
          >
            Delete
          </Button>
        </span>
      ),
    },
  ];
}
