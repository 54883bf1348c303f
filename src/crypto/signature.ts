/**
 * Signs and verifies requests by Standard Webhooks 1.0.0 (HMAC-SHA-256 over `id.timestamp.body`).
 * Also verifies GitHub's `X-Hub-Signature-256`.
 */

/** Headers of a message signed by Standard Webhooks. */
export interface SignedHeaders {
  readonly "webhook-id": string;
  /** Time of the attempt, not of the event, in seconds since the epoch. */
  readonly "webhook-timestamp": string;
  /** One signature for each secret, separated by spaces. */
  readonly "webhook-signature": string;
}

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** Maximum difference of a timestamp from the clock, seconds. */
const TOLERANCE_S = 300;
/** Maximum number of signatures of one message to verify. */
const MAX_SIGNATURES = 20;

/** Returns a new secret: `whsec_` and 32 random bytes as base64. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `${PREFIX}${Buffer.from(bytes).toString("base64")}`;
}

/** Returns whether a text is a valid secret: `whsec_` and 24 to 64 bytes as base64. */
export function isSecret(text: string): boolean {
  const match = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(
    text,
  );
  const bytes = Buffer.from(match?.[1] ?? "", "base64").byteLength;
  return bytes >= 24 && bytes <= 64;
}

/**
 * Signs a message.
 * @param secrets newest first; after a rotation, the previous secret signs too
 * @param now milliseconds
 */
export async function signed(
  id: string,
  body: string,
  secrets: readonly string[],
  now: number,
): Promise<SignedHeaders> {
  const timestamp = String(Math.floor(now / 1000));
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const key = await hmacKey(keyOf(secret), "sign");
      const signature = await crypto.subtle.sign("HMAC", key, text);
      return `v1,${Buffer.from(signature).toString("base64")}`;
    }),
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

/**
 * Verifies a message by Standard Webhooks. Returns its id if one of the secrets signed it within
 * five minutes of now, or null.
 * @param now milliseconds
 */
export async function verifiedId(
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  secrets: readonly string[],
  now: number,
): Promise<string | null> {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const given = (headers.get("webhook-signature") ?? "")
    .split(" ", MAX_SIGNATURES)
    .flatMap((part) => (part.startsWith("v1,") ? [bytesOf(part.slice(3), "base64")] : []));
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const valid = await anyVerifies(secrets.map(keyOf), given, Buffer.concat([head, body]));
  const fresh =
    /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE_S;
  return valid && fresh && id !== "" ? id : null;
}

/** Returns whether one of the secrets signed a body as GitHub does: without an id and a time. */
export async function isSignedByGithub(
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  secrets: readonly string[],
): Promise<boolean> {
  const match = /^sha256=([0-9a-f]{64})$/i.exec(headers.get("x-hub-signature-256") ?? "");
  const given = match?.[1] === undefined ? [] : [bytesOf(match[1], "hex")];
  const keys = secrets.map((secret) => bytesOf(secret, "utf8"));
  return anyVerifies(keys, given, body);
}

/**
 * Returns whether any key verifies any signature. The runtime compares in constant time. Without
 * keys, a dummy key is tried, so that a missing secret takes as long as a wrong one.
 */
async function anyVerifies(
  keys: readonly Uint8Array<ArrayBuffer>[],
  signatures: readonly Uint8Array<ArrayBuffer>[],
  text: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const tried = keys.length === 0 ? [new Uint8Array(SECRET_BYTES)] : keys;
  const answers = await Promise.all(
    tried.map(async (bytes) => {
      const key = await hmacKey(bytes, "verify");
      return Promise.all(
        signatures.map(async (signature) => crypto.subtle.verify("HMAC", key, signature, text)),
      );
    }),
  );
  return keys.length > 0 && answers.flat().includes(true);
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  return bytesOf(secret.slice(PREFIX.length), "base64");
}

function bytesOf(text: string, encoding: "base64" | "hex" | "utf8"): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, encoding));
}

async function hmacKey(bytes: Uint8Array<ArrayBuffer>, use: "sign" | "verify"): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes, algorithm, false, [use]);
}
