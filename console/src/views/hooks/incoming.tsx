/** Hooks: addresses at which a signed request starts a task from a template. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Hook } from "../../../../sdk/src/model.ts";
import { ListView } from "../../data/list.tsx";
import { Button } from "../../parts/button.tsx";
import { Chip } from "../../parts/chip.tsx";
import { CodeBlock, Section } from "../../parts/section.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { lacking } from "../../session/store.ts";
import { SigningSecret } from "./signing-secret.tsx";
import { HookDialogs, NewHook, type OpenHookDialog } from "./hook-dialogs.tsx";

const EVERY_MS = 15_000;

/** The hooks, each as a card. */
export function IncomingHooks({ tabs }: { readonly tabs: ComponentChildren }) {
  const [open, setOpen] = useState<OpenHookDialog | null>(null);
  return (
    <>
      <ListView
        title="Webhooks"
        about="Addresses at which a signed request starts a task"
        tabs={tabs}
        name="hooks"
        read={({ hooks }, query, signal) => hooks.list(query, { signal })}
        everyMs={EVERY_MS}
        keyOf={({ id }) => id}
        empty={{
          icon: "hook",
          title: "No hooks yet",
          text: "A hook starts a task when another system sends it a signed request.",
        }}
        create={{
          text: "New hook",
          scope: "webhooks:write",
          dialog: (onClose) => <NewHook onClose={onClose} />,
        }}
      >
        {(hooks) => (
          <div class="setup">
            {hooks.map((hook) => (
              <HookCard key={hook.id} hook={hook} onOpen={(kind) => setOpen({ kind, hook })} />
            ))}
          </div>
        )}
      </ListView>
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
