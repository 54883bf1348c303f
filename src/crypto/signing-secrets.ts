/** The secrets that messages are signed with, between their sealed form and use. */
import { sealerOf, type Sealer } from "./seal.ts";
import { newSecret } from "./signature.ts";

/** A secret, and the one before it as long as that is good; sealed. */
export interface SealedSecret {
  readonly sealed: string;
  readonly previous: string | null;
  /** RFC 3339. */
  readonly previous_until: string | null;
}

export class SigningSecrets {
  readonly #sealer: Sealer | null;

  /** @param encryptionKey null where the deployment cannot keep secrets */
  constructor(encryptionKey: Uint8Array<ArrayBuffer> | null) {
    this.#sealer = encryptionKey === null ? null : sealerOf(encryptionKey, "signing secrets");
  }

  /** Whether secrets can be kept. */
  get kept(): boolean {
    return this.#sealer !== null;
  }

  /** A secret for an owner, made unless it is given, and its sealed form. @throws where none can be kept */
  async seal(
    tenantId: string,
    owner: string,
    secret = newSecret(),
  ): Promise<{ readonly secret: string; readonly sealed: string }> {
    if (this.#sealer === null) {
      throw new Error("secrets cannot be kept");
    }
    return { secret, sealed: await this.#sealer.seal(secret, placeOf(tenantId, owner)) };
  }

  /**
   * The secrets that are good now, the newest first; none where they cannot be read.
   * @param now milliseconds
   */
  async open(
    tenantId: string,
    owner: string,
    { sealed, previous, previous_until }: SealedSecret,
    now: number,
  ): Promise<string[]> {
    const good = previous_until !== null && Date.parse(previous_until) > now ? previous : null;
    const opened = await Promise.all(
      [sealed, good].map(async (text) =>
        text === null ? null : (this.#sealer?.open(text, placeOf(tenantId, owner)) ?? null),
      ),
    );
    return opened.filter((secret) => secret !== null);
  }
}

function placeOf(tenantId: string, owner: string): string {
  return `${tenantId}/${owner}`;
}
