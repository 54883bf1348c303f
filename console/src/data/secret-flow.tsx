/** Makes something that has a secret, and shows the secret once it is made. */
import type { ComponentProps } from "preact";
import { useState } from "preact/hooks";
import type { Opspawn } from "../../../sdk/src/index.ts";
import { SecretDialog } from "../parts/secret.tsx";
import { EditDialog } from "./edit-dialog.tsx";

type Edit = ComponentProps<typeof EditDialog>;

interface SecretFlowProps extends Omit<Edit, "send" | "isFollowed"> {
  /** Sends the fields. Resolves with the secret. */
  readonly make: (opspawn: Opspawn, body: Parameters<Edit["send"]>[1]) => Promise<string>;
  readonly secretTitle: string;
  /** What the secret is for, and whether it can be read again. */
  readonly aboutSecret: string;
}

/** The dialog with the fields, then the one with the secret. */
export function SecretFlow({ make, secretTitle, aboutSecret, ...edit }: SecretFlowProps) {
  const [secret, setSecret] = useState<string | null>(null);
  return secret !== null ? (
    <SecretDialog title={secretTitle} secret={secret} about={aboutSecret} onClose={edit.onClose} />
  ) : (
    <EditDialog
      {...edit}
      isFollowed
      send={async (opspawn, body) => setSecret(await make(opspawn, body))}
    />
  );
}
