/** Hooks: addresses at which a signed request starts a task from a template. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Hook } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { Chip } from "../../parts/chip.tsx";
import { CodeBlock, Section } from "../../parts/section.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { lacking } from "../../session/store.ts";
import { SigningSecret } from "./signing-secret.tsx";
import { HookDialogs, NewHook, type OpenHookDialog } from "./hook-dialogs.tsx";

const EVERY_MS = 15_000;

/** The hooks, each as a card. */
export function IncomingHooks({ tabs }: { readonly tabs: ComponentChildren }) {
  const [isNew, setNew] = useState(false);
  const [open, setOpen] = useState<OpenHookDialog | null>(null);
  const state = useQuery("hooks", ({ hooks }, signal) => hooks.list({ limit: 100 }, { signal }), {
    everyMs: EVERY_MS,
  });
  return (
    <>
      <PageHead title="Webhooks" about="Addresses at which a signed request starts a task">
        {tabs}
        <Button
          kind="primary"
          icon="plus"
          needs={lacking("webhooks:write")}
          onClick={() => setNew(true)}
        >
          New hook
        </Button>
      </PageHead>
      <Loaded state={state} skeleton="card">
        {({ data }) =>
          data.length === 0 ? (
            <section class="card">
              <Empty icon="hook" title="No hooks yet">
                A hook starts a task when another system sends it a signed request.
              </Empty>
            </section>
          ) : (
            <div class="setup">
              {data.map((hook) => (
                <HookCard key={hook.id} hook={hook} onOpen={(kind) => setOpen({ kind, hook })} />
              ))}
            </div>
          )
        }
      </Loaded>
      {isNew && <NewHook onClose={() => setNew(false)} />}
      {open !== null && <HookDialogs open={open} onClose={() => setOpen(null)} />}
    </>
  );
}

interface HookCardProps {
  readonly hook: Hook;
  readonly onOpen: (kind: "edit" | "delete") => void;
}

function HookCard({ hook, onOpen }: HookCardProps) {
  const { id, name, url, scheme, template, enabled } = hook;
  const needs = lacking("webhooks:write");
  return (
    <div class="setup-columns">
      <Section
        title={name}
        actions={
          <>
            {!enabled && <Chip tone="bad">disabled</Chip>}
            <Chip>{scheme === "github" ? "GitHub" : "Standard Webhooks"}</Chip>
            <Button kind="danger" needs={needs} onClick={() => onOpen("delete")}>
              Delete
            </Button>
            <Button needs={needs} onClick={() => onOpen("edit")}>
              Change
            </Button>
          </>
        }
      >
        <CodeBlock text={url} label="the address" />
        <JsonTree value={template} label="the template" />
      </Section>
      <SigningSecret
        name={`hook ${name}`}
        path={`/api/v1/hooks/${id}/secret`}
        resource="hooks"
        id={id}
      />
    </div>
  );
}
