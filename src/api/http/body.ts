/** Reads a JSON body: its type, its size and its syntax are checked before anything else. */
import { createMiddleware } from "hono/factory";
import { jsonDefect } from "../../run/value/json.ts";
import type { AppEnv } from "../context.ts";
import { Problem } from "./problem.ts";

/** Largest body, bytes. */
const MAX_BODY_BYTES = 1_048_576;

/** So much of a body that is not wanted is read, and thrown away, for its sender to hear of it. */
const DRAINED_BYTES = 8 * MAX_BODY_BYTES;

/**
 * Reads what a route left of a body before the answer goes out: a connection that is closed on a
 * sender who still sends is reset, and the answer is lost with it.
 */
export const heardOut = createMiddleware<AppEnv>(async (c, next) => {
  // As it came in: a route may put another in its place.
  const request = c.req.raw;
  await next();
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (request.body !== null && !request.bodyUsed && declared <= DRAINED_BYTES) {
    await discarded(request.body);
  }
});

/**
 * Refuses a body that says itself that it is too large, on every route but gRPC's, which says so in
 * its own way. @throws Problem
 */
export const declaredSize = createMiddleware<AppEnv>((c, next) => {
  if (c.req.path.startsWith("/opspawn.v1.")) {
    return next();
  }
  if (Number(c.req.header("Content-Length") ?? 0) > MAX_BODY_BYTES) {
    throw bodyTooLarge();
  }
  return next();
});

/**
 * Requires JSON of at most 1 MiB on requests that have a body; none at all is `{}`.
 * @throws Problem
 */
export const jsonBody = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") {
    return next();
  }
  const declared = Number(c.req.header("Content-Length") ?? 0);
  const type = c.req.header("Content-Type") ?? "";
  // The usual case is read in one go, and Hono keeps what was read; the rest is copied.
  const plain = declared > 0 && /^application\/json(; ?charset=utf-8)?$/i.test(type);
  const bytes =
    plain && declared <= MAX_BODY_BYTES
      ? new Uint8Array(await c.req.arrayBuffer())
      : await boundedBody(c.req.raw);
  if (bytes.byteLength > 0 && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new Problem("unsupported_media_type", "Send the body as application/json.");
  }
  const { text } = jsonOf(bytes);
  if (plain) {
    return next();
  }
  // Without a type of its own, a body of text would pass for text/plain.
  const headers = new Headers(c.req.raw.headers);
  headers.set("Content-Type", "application/json");
  c.req.raw = new Request(c.req.raw, { method: c.req.method, headers, body: text });
  return next();
});

/** The bytes of a body. @throws Problem `payload_too_large`; no more than its limit is ever held */
export async function boundedBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = await Array.fromAsync(bounded(request.body ?? [], bodyTooLarge));
  return new Uint8Array(Buffer.concat(chunks));
}

/** A body in its pieces, or its refusal where it is larger than a body may be. */
export async function* bounded(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  refusal: () => Error,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size <= MAX_BODY_BYTES) {
      yield chunk;
    } else if (size > DRAINED_BYTES) {
      break;
    }
  }
  if (size > MAX_BODY_BYTES) {
    throw refusal();
  }
}

/** Reads what is left of a body that is not wanted, as much as is read of one that is too large. */
export async function discarded(body: AsyncIterable<Uint8Array>): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > DRAINED_BYTES) {
        return;
      }
    }
  } catch {
    // The client disconnected: there is nothing to read and no response to send.
  }
}

/** How a body of more than 1 MiB is refused. */
export function bodyTooLarge(): Problem {
  return new Problem("payload_too_large", `A body can have at most ${MAX_BODY_BYTES} bytes.`);
}

/** @throws Problem for a body that cannot be stored as it is */
export function checkJson(body: unknown): void {
  const defect = jsonDefect(body);
  if (defect !== null) {
    throw new Problem("validation_failed", `The body cannot be stored: ${defect}.`, {
      faults: [{ pointer: "", detail: defect }],
    });
  }
}

/** The JSON that a body holds, which can be stored; none at all is `{}`. @throws Problem */
export function jsonOf(bytes: Uint8Array): { readonly text: string; readonly value: unknown } {
  const text = decode(bytes);
  const value = parse(text);
  checkJson(value);
  return { text, value };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes) || "{}";
  } catch {
    throw new Problem("malformed_json", "The body is not valid UTF-8.");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof SyntaxError ? `: ${error.message}` : "";
    throw new Problem("malformed_json", `The body is not valid JSON${why}.`);
  }
}
