/** The list of webhooks. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Webhook } from "../../../../sdk/src/model.ts";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { SecretDialog } from "../../parts/secret.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { HookState } from "./hook-state.tsx";

const EVERY_MS = 15_000;

const COLUMNS: readonly Column<Webhook>[] = [
  {
    id: "url",
    header: "Address",
    cell: ({ id, url }) => (
      <a href={hrefTo(["webhooks", id])}>
        <Line text={url} />
      </a>
    ),
  },
  {
    id: "about",
    header: "Description",
    width: "180px",
    hide: "m",
    cell: ({ description }) => <Line text={description ?? ""} class="muted" />,
  },
  {
    id: "state",
    header: "State",
    width: "130px",
    cell: (hook) => <HookState hook={hook} />,
  },
  {
    id: "types",
    header: "Types",
    width: "220px",
    hide: "m",
    cell: ({ types }) => <Line text={types.join(", ")} class="muted" />,
  },
  {
    id: "age",
    header: "Age",
    width: "76px",
    isNumber: true,
    hide: "s",
    cell: ({ created_at }) => <Ago at={created_at} />,
  },
];

/** The webhooks, with the button for a new one. */
export function Webhooks({ tabs }: { readonly tabs: ComponentChildren }) {
  const [isNew, setNew] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const state = useQuery(
    "webhooks",
    ({ webhooks }, signal) => webhooks.list({ limit: 100 }, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <>
      <PageHead title="Webhooks" about="Addresses that the service notifies about tasks">
        {tabs}
        <Button
          kind="primary"
          icon="plus"
          needs={lacking("webhooks:write")}
          onClick={() => setNew(true)}
        >
          New webhook
        </Button>
      </PageHead>
      <section class="card">
        <Loaded state={state}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty icon="hook" title="No webhooks yet">
                A webhook receives a message when tasks start, wait or end.
              </Empty>
            ) : (
              <Table
                label="Webhooks"
                columns={COLUMNS}
                items={data}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => hrefTo(["webhooks", id])}
              />
            )
          }
        </Loaded>
      </section>
      {isNew && (
        <EditDialog
          title="New webhook"
          schema="CreateWebhook"
          base={{ url: "" }}
          submit="Create"
          request={(body) => ({
            method: "POST",
            path: "/api/v1/webhooks",
            body,
            cli: null,
            sdk: ["webhooks.create", body],
          })}
          send={async ({ webhooks }, body) => {
            setSecret((await webhooks.create(body as never)).secret);
          }}
          onDone={() => invalidate("webhooks")}
          onClose={() => setNew(false)}
        />
      )}
      {secret !== null && (
        <SecretDialog
          title="The signing secret"
          secret={secret}
          about="The receiver verifies the signature of each notification with it. You can read it again on the webhook's page."
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
}
