/**
 * Signed requests: Standard Webhooks 1.0.0 (HMAC-SHA-256 over `id.timestamp.body`), both ways, and
 * GitHub's `X-Hub-Signature-256` for what comes in.
 */

/** The headers of a message that is signed as Standard Webhooks has it. */
export interface SignedHeaders {
  readonly "webhook-id": string;
  /** Seconds since the epoch; of the attempt, not of the event. */
  readonly "webhook-timestamp": string;
  /** One signature for each secret, separated by spaces. */
  readonly "webhook-signature": string;
}

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** How far a timestamp may be from the clock, seconds. */
const TOLERANCE_S = 300;
/** Signatures of one message that are looked at. */
const MAX_SIGNATURES = 20;

/** A new secret, `whsec_` and 32 random bytes as base64. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `${PREFIX}${Buffer.from(bytes).toString("base64")}`;
}

/** Whether a text is a secret that Standard Webhooks allows: 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  const match = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(
    text,
  );
  const bytes = Buffer.from(match?.[1] ?? "", "base64").byteLength;
  return bytes >= 24 && bytes <= 64;
}

/**
 * Signs a message.
 * @param secrets the newest first; while a secret is replaced, the one before signs too
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
 * The id of a message that one of the secrets signed within five minutes of now, or null.
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

/** Whether one of the secrets signed a body as GitHub does: no id and no time is signed with it. */
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

/** Compared by the runtime, in constant time; no secret at all takes as long as one that is wrong. */
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
