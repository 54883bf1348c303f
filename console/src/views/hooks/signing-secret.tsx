/** The signing secret of a webhook or a hook: shown on request, rotated after a question. */
import { useState } from "preact/hooks";
import type { SigningSecret as Secret } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/copy.tsx";
import { Section } from "../../parts/section.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { lacking } from "../../session/store.ts";

interface SigningSecretProps {
  /** What it signs for, in a sentence. */
  readonly name: string;
  readonly path: string;
  readonly resource: "webhooks" | "hooks";
  readonly id: string;
}

/** The section of a secret. */
export function SigningSecret({ name, path, resource, id }: SigningSecretProps) {
  const [secret, setSecret] = useState<Secret | null>(null);
  const [isRotating, setRotating] = useState(false);
  const { run, isBusy, failure } = useAction();
  const needs = lacking("webhooks:write");
  return (
    <Section title="Signing secret">
      {secret === null ? (
        <div class="setup-chips">
          <Button
            needs={needs}
            isBusy={isBusy}
            onClick={() =>
              void run(async (opspawn) => setSecret(await opspawn[resource].secret(id)))
            }
          >
            Show
          </Button>
          <Button kind="danger" needs={needs} onClick={() => setRotating(true)}>
            Rotate
          </Button>
        </div>
      ) : (
        <>
          <div class="secret">
            <code tabIndex={0} aria-label="Secret">
              {secret.secret}
            </code>
            <CopyButton text={secret.secret} label="Copy the secret" />
          </div>
          {secret.previous_until !== null && (
            <p class="setup-text muted">
              The one before is valid until <Time at={secret.previous_until} />.
            </p>
          )}
          <div>
            <Button onClick={() => setSecret(null)}>Hide</Button>
          </div>
        </>
      )}
      {failure !== null && <FailureNote failure={failure} />}
      {isRotating && (
        <ConfirmDialog
          title="Rotate the secret?"
          submit="Rotate"
          isDanger
          request={{
            method: "POST",
            path: `${path}/rotate`,
            cli: null,
            sdk: [`${resource}.rotateSecret`, id],
          }}
          send={async (opspawn) => setSecret(await opspawn[resource].rotateSecret(id))}
          onDone={() => undefined}
          onClose={() => setRotating(false)}
        >
          <p>The {name} gets a new secret. The old one stays valid for a while next to it.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
