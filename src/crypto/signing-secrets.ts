/** Seals and opens the secrets that sign messages. */
import { sealerOf, type Sealer } from "./seal.ts";
import { newSecret } from "./signature.ts";

/** A sealed secret, and the previous one with its expiry. */
export interface SealedSecret {
  readonly sealed: string;
  readonly previous: string | null;
  /** RFC 3339. */
  readonly previous_until: string | null;
}

export class SigningSecrets {
  readonly #sealer: Sealer | null;

  /** @param encryptionKey null if the deployment has none and cannot store secrets */
  constructor(encryptionKey: Uint8Array<ArrayBuffer> | null) {
    this.#sealer = encryptionKey === null ? null : sealerOf(encryptionKey, "signing secrets");
  }

  /** True if secrets can be stored. */
  get kept(): boolean {
    return this.#sealer !== null;
  }

  /** Seals a secret, by default a new one, for an owner. @throws Error without an encryption key */
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
   * Returns the secrets that are valid now, newest first. Omits those that do not open.
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
