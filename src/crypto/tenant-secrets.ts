/** Seals and opens the secrets that tenants store. */
import { sealerOf, type Sealer } from "./seal.ts";

export class TenantSecrets {
  readonly #sealer: Sealer | null;

  /** @param encryptionKey null if the deployment has none and cannot store secrets */
  constructor(encryptionKey: Uint8Array<ArrayBuffer> | null) {
    this.#sealer = encryptionKey === null ? null : sealerOf(encryptionKey, "tenant secrets");
  }

  /** True if secrets can be stored. */
  get kept(): boolean {
    return this.#sealer !== null;
  }

  /** Seals a value for a tenant and a name. @throws Error without an encryption key */
  async seal(tenantId: string, name: string, value: string): Promise<string> {
    if (this.#sealer === null) {
      throw new Error("secrets cannot be kept");
    }
    return this.#sealer.seal(value, placeOf(tenantId, name));
  }

  /** Returns the value. Null if it was not sealed with this key for this tenant and name. */
  async open(tenantId: string, name: string, sealed: string): Promise<string | null> {
    return this.#sealer?.open(sealed, placeOf(tenantId, name)) ?? null;
  }
}

/** Neither a tenant nor a name contains a line break. */
function placeOf(tenantId: string, name: string): string {
  return `secret\n${tenantId}\n${name}`;
}
