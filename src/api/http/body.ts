/** Reads JSON bodies. Checks media type, size and syntax first. */
import { createMiddleware } from "hono/factory";
import { MAX_PDF_BYTES } from "../../run/value/attachment.ts";
import { jsonDefect, wellFormedText } from "../../run/value/json.ts";
import { roundedPlace, withTextDigits, WOULD_BE_ROUNDED } from "../../run/value/whole-numbers.ts";
import type { AppEnv } from "../context.ts";
import { Problem } from "./problem.ts";

/** Largest body, bytes. */
const MAX_BODY_BYTES = 1_048_576;

/** The address of uploads, whose bodies may be larger. */
const UPLOADS_PATH = "/api/v1/attachments";
const MAX_UPLOAD_BYTES = MAX_PDF_BYTES;

/** Maximum bytes of an unwanted body to read and discard, so that its sender gets the response. */
const DRAINED_BYTES = 8 * MAX_BODY_BYTES;

/**
 * Reads the rest of an unread body before the response is sent. A connection that is closed while
 * the client still sends is reset, and the response is lost.
 */
export const heardOut = createMiddleware<AppEnv>(async (c, next) => {
  // The original request: a route may replace `c.req.raw`.
  const request = c.req.raw;
  await next();
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (request.body !== null && !request.bodyUsed && declared <= DRAINED_BYTES) {
    await discarded(request.body);
  }
});

/**
 * Rejects a request whose `Content-Length` exceeds the limit. Skips gRPC routes, which have their
 * own error format. @throws Problem `payload_too_large`
 */
export const declaredSize = createMiddleware<AppEnv>((c, next) => {
  if (c.req.path.startsWith("/opspawn.v1.")) {
    return next();
  }
  const max = c.req.path === UPLOADS_PATH ? MAX_UPLOAD_BYTES : MAX_BODY_BYTES;
  if (Number(c.req.header("Content-Length") ?? 0) > max) {
    throw bodyTooLarge(max);
  }
  return next();
});

/**
 * Requires JSON of at most 1 MiB on requests that have a body. An empty body counts as `{}`.
 * @throws Problem
 */
export const jsonBody = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") {
    return next();
  }
  const declared = Number(c.req.header("Content-Length") ?? 0);
  const type = c.req.header("Content-Type") ?? "";
  // In the common case, Hono reads and caches the body. Other bodies are copied to a new request.
  const plain = declared > 0 && /^application\/json(; ?charset=utf-8)?$/i.test(type);
  const bytes =
    plain && declared <= MAX_BODY_BYTES
      ? new Uint8Array(await c.req.arrayBuffer())
      : await boundedBody(c.req.raw);
  if (bytes.byteLength > 0 && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new Problem("unsupported_media_type", "Send the body as application/json.");
  }
  const { text, isAsSent } = jsonOf(bytes);
  checkNumbers(text);
  if (plain && isAsSent) {
    return next();
  }
  // Without this header, a string body would get the type text/plain.
  const headers = new Headers(c.req.raw.headers);
  headers.set("Content-Type", "application/json");
  c.req.raw = new Request(c.req.raw, { method: c.req.method, headers, body: text });
  c.req.bodyCache = {};
  return next();
});

/** Reads a body, holding at most the limit in memory. @throws Problem `payload_too_large` */
export async function boundedBody(
  request: Request,
  max = MAX_BODY_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = await Array.fromAsync(bounded(request.body ?? [], () => bodyTooLarge(max), max));
  return new Uint8Array(Buffer.concat(chunks));
}

/** Yields the chunks of a body up to the limit. @throws `refusal()` for a larger body */
export async function* bounded(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  refusal: () => Error,
  max = MAX_BODY_BYTES,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size <= max) {
      yield chunk;
    } else if (size > DRAINED_BYTES) {
      break;
    }
  }
  if (size > max) {
    throw refusal();
  }
}

/** Reads and discards the rest of a body, up to `DRAINED_BYTES`. */
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

/** Returns the problem of a body of more than 1 MiB, or of another maximum. */
export function bodyTooLarge(max = MAX_BODY_BYTES): Problem {
  return new Problem("payload_too_large", `A body can have at most ${max} bytes.`);
}

/** @throws Problem `validation_failed` for a body that cannot be stored unchanged */
export function checkJson(body: unknown): void {
  const defect = jsonDefect(body);
  if (defect !== null) {
    throw new Problem("validation_failed", `The body cannot be stored: ${defect}.`, {
      faults: [{ pointer: "", detail: defect }],
    });
  }
}

/** @throws Problem `validation_failed` for a number that would be rounded */
function checkNumbers(text: string): void {
  const pointer = roundedPlace(text);
  if (pointer !== null) {
    throw numberProblem(pointer);
  }
}

/** Returns the problem of a number in a body that would be rounded. */
export function numberProblem(pointer: string): Problem {
  const detail = WOULD_BE_ROUNDED;
  return new Problem("validation_failed", `The body cannot be stored: ${pointer} ${detail}.`, {
    faults: [{ pointer, detail }],
  });
}

/**
 * Parses a body as JSON that can be stored. An empty body is `{}`. A whole number that would be
 * rounded becomes a text of its digits, and half of a surrogate pair U+FFFD.
 * @throws Problem
 */
export function jsonOf(bytes: Uint8Array): {
  readonly text: string;
  readonly value: unknown;
  /** False if the text differs from the bytes. */
  readonly isAsSent: boolean;
} {
  const sent = decode(bytes);
  const text = wellFormedText(sent);
  const value = parse(withTextDigits(text));
  checkJson(value);
  return { text, value, isAsSent: text === sent };
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
