/** Shared parts of webhooks and hooks: checks of URLs, and signing secrets. */
import type { SealedSecret } from "../../crypto/signing-secrets.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { invalid } from "../http/validation.ts";
import { isoTime } from "../../run/value/time.ts";

/** How long the previous secret stays valid after a rotation, milliseconds. */
const OVERLAP_MS = 86_400_000;

/** A secret as the API shows it. */
export interface ShownSecret {
  readonly secret: string;
  /** Expiry of the previous secret, or null without one. */
  readonly previous_until: string | null;
}

/** Checks a URL of a receiver. @throws Problem for a private, denied or invalid URL */
export function checkAddress({ catalogue }: ApiDeps, url: string, pointer: string): void {
  const detail = catalogue.addressDefect(url);
  if (detail !== null) {
    throw invalid("body", [{ pointer, detail: detail.replace(/\.$/, "") }]);
  }
}

/** Seals the given or a new secret for an owner. @throws Problem `encryption_unavailable` */
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

/** Returns the secret of an owner. Creates it on first use. @throws Problem */
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
  // A concurrent request may have inserted its secret first.
  return (
    (await deps.secretStore.get(tenantId, owner)) ?? {
      sealed,
      previous: null,
      previous_until: null,
    }
  );
}

/** Opens the secret of an owner, to show it to a client. @throws Problem */
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

/** Replaces a secret. The previous one stays valid for a day. @throws Problem */
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
