/** What webhooks and hooks share: addresses that may be sent to, and secrets to sign with. */
import type { SealedSecret } from "../../crypto/signing-secrets.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { isoTime } from "../../run/value/time.ts";

/** How long the secret before is good, milliseconds. */
const OVERLAP_MS = 86_400_000;

/** A secret as a client is shown it. */
export interface ShownSecret {
  readonly secret: string;
  /** Until when the one before it is good too; null where there is none. */
  readonly previous_until: string | null;
}

/** @throws Problem for an address that is private, denied or none */
export function checkAddress({ catalogue }: ApiDeps, url: string, pointer: string): void {
  const detail = catalogue.addressDefect(url);
  if (detail !== null) {
    throw new Problem("validation_failed", `The body is invalid: ${pointer} ${detail}`, {
      faults: [{ pointer, detail }],
    });
  }
}

/** A secret for a new owner, made unless it is given. @throws Problem `encryption_unavailable` */
export async function newSecretFor(
  deps: ApiDeps,
  tenantId: string,
  owner: string,
  given?: string,
): Promise<{ readonly secret: string; readonly sealed: string }> {
  if (!deps.secrets.kept) {
    throw new Problem(
      "encryption_unavailable",
      "Secrets need the setting OPSPAWN_ENCRYPTION_KEY, which is not set.",
    );
  }
  return deps.secrets.seal(tenantId, owner, given);
}

/** The secret of an owner that has none of its own making; it is made with the first use. @throws Problem */
export async function ensureSecret(
  deps: ApiDeps,
  tenantId: string,
  owner: string,
): Promise<SealedSecret> {
  const known = await deps.secretStore.get(tenantId, owner);
  if (known !== null) {
    return known;
  }
  const { sealed } = await newSecretFor(deps, tenantId, owner);
  await deps.secretStore.insert(tenantId, owner, sealed, isoTime(deps.now()));
  // Another request may have been first.
  return (
    (await deps.secretStore.get(tenantId, owner)) ?? {
      sealed,
      previous: null,
      previous_until: null,
    }
  );
}

/** The secret of an owner, for people. @throws Problem */
export async function shownSecret(
  deps: ApiDeps,
  tenantId: string,
  owner: string,
  kept: SealedSecret | null,
): Promise<ShownSecret> {
  if (kept === null) {
    throw new Problem("not_found", "Unknown secret.");
  }
  const [secret, previous] = await deps.secrets.open(tenantId, owner, kept, deps.now());
  if (secret === undefined) {
    throw new Problem(
      "encryption_unavailable",
      "The secret was encrypted with another OPSPAWN_ENCRYPTION_KEY; rotate it.",
    );
  }
  return { secret, previous_until: previous === undefined ? null : kept.previous_until };
}

/** Puts a new secret in the place of one, which is good for a day more. @throws Problem */
export async function rotateSecret(
  deps: ApiDeps,
  tenantId: string,
  owner: string,
): Promise<ShownSecret> {
  const { secret, sealed } = await newSecretFor(deps, tenantId, owner);
  const until = isoTime(deps.now() + OVERLAP_MS);
  if (!(await deps.secretStore.rotate(tenantId, owner, sealed, until))) {
    throw new Problem("not_found", "Unknown secret.");
  }
  return { secret, previous_until: until };
}
