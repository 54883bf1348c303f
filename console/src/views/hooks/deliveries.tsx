/** Deliveries of a webhook with their attempts. */
import { useState } from "preact/hooks";
import type { WebhookDelivery } from "../../../../sdk/src/model.ts";
import { List } from "../../data/list.tsx";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { Button } from "../../parts/button.tsx";
import { Mark } from "../../parts/chip.tsx";
import { Section } from "../../parts/section.tsx";
import { type Column } from "../../parts/table.tsx";
import { Ago, Countdown } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";

const EVERY_MS = 10_000;
const TONES = { pending: "wait", delivered: "ok", failed: "bad" } as const;

/** The deliveries, newest first. */
export function Deliveries({ id }: { readonly id: string }) {
  const [again, setAgain] = useState<WebhookDelivery | null>(null);
  return (
    <Section title="Deliveries">
      <List
        name={`webhooks/${id}/deliveries`}
        read={({ webhooks }, query, signal) => webhooks.deliveries(id, query, { signal })}
        everyMs={EVERY_MS}
        label="Deliveries"
        columns={columnsWith(setAgain)}
        keyOf={(one) => one.id}
        empty={{ icon: "send", title: "Nothing was sent yet" }}
      />
      {again !== null && (
        <ConfirmDialog
          title="Send it again?"
          submit="Send again"
          request={{
            method: "POST",
            path: `/api/v1/webhooks/${id}/deliveries/${again.id}/redeliver`,
            cli: null,
            sdk: ["webhooks.redeliver", id, again.id],
          }}
          send={({ webhooks }) => webhooks.redeliver(id, again.id)}
          onDone={() => invalidate(`webhooks/${id}`)}
          onClose={() => setAgain(null)}
        >
          <p>The receiver gets the same message with the same id.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function columnsWith(
  resend: (delivery: WebhookDelivery) => void,
): readonly Column<WebhookDelivery>[] {
  return [
    {
      id: "type",
      header: "Message",
      cell: ({ type, task_id, seq }) =>
        task_id === null ? type : <a href={hrefTo(["runs", task_id], { at: seq })}>{type}</a>,
    },
    {
      id: "state",
      header: "State",
      width: "42%",
      cell: (delivery) => <State delivery={delivery} />,
    },
    {
      id: "attempts",
      header: "Attempts",
      width: "80px",
      isNumber: true,
      hide: "s",
      cell: ({ attempts }) => attempts,
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
      id: "again",
      header: <span class="hidden">Actions</span>,
      width: "52px",
      cell: (delivery) => (
        <Button
          kind="quiet"
          icon="retry"
          label="Send again"
          disabled={delivery.state === "pending" || lacking("webhooks:write") !== null}
          onClick={() => resend(delivery)}
        />
      ),
    },
  ];
}

function State({ delivery }: { readonly delivery: WebhookDelivery }) {
  const { state, last_status, last_error, next_attempt_at } = delivery;
  return (
    <span class={`status tone-${TONES[state]}`}>
      <Mark tone={TONES[state]} />
      <span class="clip">
        {state}
        <span class="muted">
          {last_status !== null && ` · ${last_status}`}
          {last_error !== null && ` · ${last_error}`}
          {next_attempt_at !== null && (
            <>
              {" · again in "}
              <Countdown at={next_attempt_at} />
            </>
          )}
        </span>
      </span>
    </span>
  );
}
