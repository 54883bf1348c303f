/**
 * Signs the tokens that clients hold: tickets (permission to watch one task for a minute) and list
 * cursors. HMAC-SHA-256 with the signing key of the database.
 */
import { SCOPES, type Caller, type Scope } from "../../store/keys.ts";
import { isJsonObject } from "../../run/value/json.ts";

/** Lifetime of a ticket. */
export const TICKET_MS = 60_000;

/** Returns a ticket for one task. It has only those of the caller's scopes that concern tasks. */
export async function makeTicket(
  signingKey: string,
  caller: Caller,
  taskId: string,
  now: number,
): Promise<string> {
  const scopes = [...caller.scopes].filter((scope) => scope.startsWith("tasks:"));
  const claims = {
    task: taskId,
    tenant: caller.tenantId,
    key: caller.keyId,
    secret: caller.secret,
    scopes,
    exp: now + TICKET_MS,
  };
  return sign(signingKey, "ticket", JSON.stringify(claims));
}

/** Returns the caller of a ticket, or null if it is invalid, expired or for another task. */
export async function readTicket(
  signingKey: string,
  ticket: string,
  taskId: string,
  now: number,
): Promise<Caller | null> {
  const text = await verify(signingKey, "ticket", ticket);
  const claims: unknown = text === null ? null : JSON.parse(text);
  if (!isJsonObject(claims) || claims["task"] !== taskId || Number(claims["exp"]) <= now) {
    return null;
  }
  const listed = claims["scopes"];
  const scopes = new Set<Scope>(
    SCOPES.filter((scope) => Array.isArray(listed) && listed.includes(scope)),
  );
  // Tickets of earlier versions have no `secret`.
  const { tenant, key, secret = 0 } = claims;
  return typeof tenant === "string" && typeof key === "string" && typeof secret === "number"
    ? { tenantId: tenant, keyId: key, secret, scopes }
    : null;
}

/** Returns a list cursor: the end of a page, valid for this tenant only. */
export async function makeCursor(
  signingKey: string,
  tenantId: string,
  lastId: string,
): Promise<string> {
  return sign(signingKey, `cursor:${tenantId}`, lastId);
}

/** Returns the position in a cursor, or null if it is not a cursor of this tenant. */
export async function readCursor(
  signingKey: string,
  tenantId: string,
  cursor: string,
): Promise<string | null> {
  return verify(signingKey, `cursor:${tenantId}`, cursor);
}

async function sign(signingKey: string, purpose: string, text: string): Promise<string> {
  const payload = base64Url(new TextEncoder().encode(text));
  return `${payload}.${base64Url(await mac(signingKey, purpose, payload))}`;
}

async function verify(signingKey: string, purpose: string, signed: string): Promise<string | null> {
  const [payload, signature, ...rest] = signed.split(".");
  if (payload === undefined || signature === undefined || rest.length > 0 || signed.length > 4096) {
    return null;
  }
  const given = fromBase64Url(signature);
  const text = fromBase64Url(payload);
  const expected = await mac(signingKey, purpose, payload);
  if (given === null || text === null || given.byteLength !== expected.byteLength) {
    return null;
  }
  return crypto.subtle.timingSafeEqual(given, expected) ? new TextDecoder().decode(text) : null;
}

async function mac(signingKey: string, purpose: string, payload: string): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(signingKey),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return new Uint8Array(
    await crypto.subtle.sign("HMAC", key, encoder.encode(`${purpose}\n${payload}`)),
  );
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function fromBase64Url(text: string): Uint8Array | null {
  return /^[A-Za-z0-9_-]*$/.test(text) ? new Uint8Array(Buffer.from(text, "base64url")) : null;
}
