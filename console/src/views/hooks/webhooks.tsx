/** The list of webhooks. */
import type { ComponentChildren } from "preact";
import type { Webhook } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { SecretFlow } from "../../data/secret-flow.tsx";
import { invalidate } from "../../data/query.ts";
import { type Column } from "../../parts/table.tsx";
import { Line } from "../../parts/text.tsx";
import { Ago } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
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
  return (
    <ListView
      title="Webhooks"
      about="Addresses that the service notifies about tasks"
      tabs={tabs}
      name="webhooks"
      read={({ webhooks }, query, signal) => webhooks.list(query, { signal })}
      everyMs={EVERY_MS}
      columns={COLUMNS}
      keyOf={({ id }) => id}
      hrefOf={({ id }) => hrefTo(["webhooks", id])}
      empty={{
        icon: "hook",
        title: "No webhooks yet",
        text: "A webhook receives a message when tasks start, wait or end.",
      }}
      create={{
        text: "New webhook",
        scope: "webhooks:write",
        dialog: (onClose) => (
          <SecretFlow
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
            make={async ({ webhooks }, body) => (await webhooks.create(body as never)).secret}
            secretTitle="The signing secret"
            aboutSecret="The receiver verifies the signature of each notification with it. You can read it again on the webhook's page."
            onDone={() => invalidate("webhooks")}
            onClose={onClose}
          />
        ),
      }}
    />
  );
}
