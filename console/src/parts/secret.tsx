/** A secret that is shown once. */
import { CopyButton } from "./copy.tsx";
import { Dialog } from "./dialog.tsx";
import { Button } from "./button.tsx";

interface SecretProps {
  readonly title: string;
  readonly secret: string;
  /** What it is for, and whether it can be seen again. */
  readonly about: string;
  readonly onClose: () => void;
}

/** A dialog with a secret to copy. */
export function SecretDialog({ title, secret, about, onClose }: SecretProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={onClose}
      actions={
        <Button kind="primary" type="submit">
          I have it
        </Button>
      }
    >
      <p class="muted">{about}</p>
      <div class="secret">
        <code tabIndex={0} aria-label="Secret">
          {secret}
        </code>
        <CopyButton text={secret} label="Copy the secret">
          Copy
        </CopyButton>
      </div>
    </Dialog>
  );
}
