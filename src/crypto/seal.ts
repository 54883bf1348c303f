/**
 * Encrypts texts at rest: AES-GCM with a key derived from the setting `OPSPAWN_ENCRYPTION_KEY`.
 * Each text is bound to its place, so a sealed text that is copied to another row does not open.
 */

export interface Sealer {
  /** @param place owner of the text; `open` needs the same place */
  seal(text: string, place: string): Promise<string>;
  /** Returns null if the text was not sealed with this key for this place. */
  open(sealed: string, place: string): Promise<string | null>;
}

const VERSION = "v1";
const IV_BYTES = 12;

/** Purpose of a key. A text that was sealed for one purpose does not open for another. */
export type SealPurpose = "mcp tokens" | "signing secrets" | "tenant secrets";

/** @param secret at least 32 random bytes */
export function sealerOf(secret: Uint8Array<ArrayBuffer>, purpose: SealPurpose): Sealer {
  const encoder = new TextEncoder();
  let derived: Promise<CryptoKey> | null = null;
  const key = () => {
    derived ??= derive(secret, purpose);
    return derived;
  };
  const parameters = (iv: Uint8Array<ArrayBuffer>, place: string) => ({
    name: "AES-GCM",
    iv,
    additionalData: encoder.encode(place),
  });
  return {
    async seal(text, place) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt(
        parameters(iv, place),
        await key(),
        encoder.encode(text),
      );
      return [VERSION, encoded(iv), encoded(new Uint8Array(sealed))].join(".");
    },
    async open(sealed, place) {
      const [version, iv, text, ...rest] = sealed.split(".");
      if (version !== VERSION || iv === undefined || text === undefined || rest.length > 0) {
        return null;
      }
      try {
        const opened = await crypto.subtle.decrypt(
          parameters(decoded(iv), place),
          await key(),
          decoded(text),
        );
        return new TextDecoder().decode(opened);
      } catch {
        return null;
      }
    },
  };
}

async function derive(secret: Uint8Array<ArrayBuffer>, purpose: SealPurpose): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(`opspawn ${purpose} v1`);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

function encoded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function decoded(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
