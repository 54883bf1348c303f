/** One webhook: its state, its secret, a test, and its deliveries with their attempts. */
import { useState } from "preact/hooks";
import type { Webhook } from "../../../../sdk/src/model.ts";
import { invalidate } from "../../data/query.ts";
import { useAction } from "../../data/use-action.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { Chip } from "../../parts/chip.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { BackLink, Section } from "../../parts/section.tsx";
import { FailureNote, Loaded } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { toast } from "../../parts/toast.tsx";
import { go } from "../../route/location.ts";
import { hrefTo, type ViewProps } from "../../route/match.ts";
import { lacking } from "../../session/store.ts";
import { Deliveries } from "./deliveries.tsx";
import { HookState } from "./hook-state.tsx";
import { SigningSecret } from "./signing-secret.tsx";
import { WebhookDialogs, type OpenDialog } from "./webhook-dialogs.tsx";

const EVERY_MS = 30_000;

/** The view of a webhook. */
export function WebhookView({ params }: ViewProps) {
  const id = params["id"] ?? "";
  const [open, setOpen] = useState<OpenDialog>(null);
  const state = useQuery(
    `webhooks/${id}`,
    ({ webhooks }, signal) => webhooks.get(id, { signal }).withResponse(),
    { everyMs: EVERY_MS },
  );
  const test = useAction();
  const needs = lacking("webhooks:write");
  const hook = state.value?.data;
  const sendTest = async (): Promise<void> => {
    if (await test.run(({ webhooks }) => webhooks.test(id))) {
      invalidate(`webhooks/${id}`);
      toast("A test message was sent");
    }
  };
  return (
    <>
      <BackLink href={hrefTo(["webhooks"])}>Webhooks</BackLink>
      <PageHead title={<Text text={hook?.description ?? "Webhook"} />} about={<code>{id}</code>}>
        <Button kind="danger" needs={needs} onClick={() => setOpen("delete")}>
          Delete
        </Button>
        <Button needs={needs} onClick={() => setOpen("edit")}>
          Change
        </Button>
        <Button
          kind="primary"
          icon="send"
          needs={needs}
          isBusy={test.isBusy}
          onClick={() => void sendTest()}
        >
          Send a test
        </Button>
      </PageHead>
      {test.failure !== null && <FailureNote failure={test.failure} />}
      <Loaded state={state} skeleton="card">
        {({ data, etag }) => (
          <div class="setup-columns">
            <Deliveries id={id} />
            <div class="setup">
              <Facts hook={data} />
              <SigningSecret
                name={`webhook ${id}`}
                path={`/api/v1/webhooks/${id}/secret`}
                resource="webhooks"
                id={id}
              />
            </div>
            <WebhookDialogs
              open={open}
              hook={data}
              etag={etag}
              onDeleted={() => go(hrefTo(["webhooks"]))}
              onClose={() => setOpen(null)}
            />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Facts({ hook }: { readonly hook: Webhook }) {
  const { url, types, failing_since, created_at } = hook;
  return (
    <Section title="Webhook">
      <HookState hook={hook} />
      <dl class="facts">
        <dt>Address</dt>
        <dd>
          <Text text={url} />
        </dd>
        <dt>Types</dt>
        <dd class="setup-chips">
          {types.map((type) => (
            <Chip key={type}>{type}</Chip>
          ))}
        </dd>
        {failing_since !== null && (
          <>
            <dt>Failing since</dt>
            <dd>
              <Time at={failing_since} />
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>
          <Time at={created_at} />
        </dd>
      </dl>
    </Section>
  );
}
