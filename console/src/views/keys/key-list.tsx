/** The list of keys: made, rotated, revoked. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Key } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { Button } from "../../parts/button.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago, Countdown } from "../../parts/time.tsx";
import { identity, lacking } from "../../session/store.ts";
import { NewKey, RevokeKey, RotateKey } from "./key-dialogs.tsx";

const EVERY_MS = 30_000;

interface Open {
  readonly kind: "rotate" | "revoke";
  readonly key: Key;
}

/** The keys, with the button for a new one. */
export function KeyList({ tabs }: { readonly tabs: ComponentChildren }) {
  const [open, setOpen] = useState<Open | null>(null);
  return (
    <>
      <ListView
        title="Keys"
        about="Who may do what. The service stores hashes, not keys."
        tabs={tabs}
        name="keys"
        read={({ keys }, query, signal) => keys.list(query, { signal })}
        everyMs={EVERY_MS}
        columns={columnsWith((kind, key) => setOpen({ kind, key }))}
        keyOf={({ id }) => id}
        empty={{ icon: "key", title: "No keys yet" }}
        create={{
          text: "New key",
          scope: "keys:write",
          dialog: (onClose) => <NewKey onClose={onClose} />,
        }}
      />
      {open?.kind === "rotate" && <RotateKey of={open.key} onClose={() => setOpen(null)} />}
      {open?.kind === "revoke" && <RevokeKey of={open.key} onClose={() => setOpen(null)} />}
    </>
  );
}

function columnsWith(act: (kind: Open["kind"], key: Key) => void): readonly Column<Key>[] {
  return [
    {
      id: "name",
      header: "Key",
      cell: ({ name, id }) => (
        <span class="keys-name" title={id}>
          <Line text={name} />
          {id === identity.value?.id && <Chip tone="run">this one</Chip>}
        </span>
      ),
    },
    {
      id: "scopes",
      header: "Scopes",
      hide: "s",
      cell: ({ scopes }) => <Line text={scopes.join(", ")} class="muted" />,
    },
    {
      id: "state",
      header: "Valid",
      width: "150px",
      hide: "s",
      cell: (key) => <State of={key} />,
    },
    {
      id: "age",
      header: "Age",
      width: "70px",
      isNumber: true,
      hide: "s",
      cell: ({ created_at }) => <Ago at={created_at} />,
    },
    {
      id: "actions",
      header: <span class="hidden">Actions</span>,
      width: "170px",
      cell: (key) =>
        key.revoked_at === null && (
          <span class="keys-actions">
            <Button
              kind="quiet"
              disabled={lacking("keys:write") !== null}
              onClick={() => act("rotate", key)}
            >
              Rotate
            </Button>
            <Button
              kind="quiet"
              disabled={lacking("keys:write") !== null}
              onClick={() => act("revoke", key)}
            >
              Revoke
            </Button>
          </span>
        ),
    },
  ];
}

function State({ of: { revoked_at, expires_at } }: { readonly of: Key }) {
  if (revoked_at !== null) {
    return (
      <span class="muted">
        revoked <Ago at={revoked_at} /> ago
      </span>
    );
  }
  return expires_at === null ? (
    <span>until revoked</span>
  ) : (
    <Countdown at={expires_at} past="expired" />
  );
}
