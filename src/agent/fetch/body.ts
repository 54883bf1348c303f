/** Reads response bodies up to a maximum size. */
import { ToolStop } from "../../run/value/failure.ts";
import { unlessAborted } from "../../timing.ts";

/**
 * Returns a stream of the first `maxBytes` bytes. It then fails with `response_too_large` if the
 * body is longer.
 */
export function cappedBody(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = maxBytes;
  const stop = () => new ToolStop("response_too_large", tooLarge(maxBytes));
  let over = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (over) {
          controller.error(stop());
          return;
        }
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        over = value.byteLength > left;
        const part = over ? value.subarray(0, left) : value;
        left -= part.byteLength;
        if (over) {
          void reader.cancel().catch(() => {});
        }
        if (part.byteLength > 0) {
          controller.enqueue(part);
        } else if (over) {
          controller.error(stop());
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** The bytes that were read of a body. */
export interface ReadBody {
  readonly bytes: Uint8Array;
  /** True if the body was longer than the maximum. */
  readonly truncated: boolean;
}

/**
 * Reads a body up to a maximum size and cancels the rest.
 * @param signal aborts the read, also while the server sends nothing
 * @throws ToolStop if the connection breaks, or the signal's reason
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<ReadBody> {
  if (response.body === null) {
    return { bytes: new Uint8Array(), truncated: false };
  }
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let truncated = false;
  try {
    while (!truncated) {
      const { done, value } = await unlessAborted(reader.read(), signal);
      if (done) {
        break;
      }
      truncated = size + value.byteLength > maxBytes;
      chunks.push(truncated ? value.subarray(0, maxBytes - size) : value);
      size = Math.min(maxBytes, size + value.byteLength);
    }
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof ToolStop)) {
      throw new ToolStop("server_unreachable", "The server's answer broke off.");
    }
    truncated = true;
  } finally {
    void reader.cancel().catch(() => {});
  }
  return { bytes: joined(chunks, size), truncated };
}

/**
 * Decodes bytes with the charset of the content type. Uses UTF-8 if the charset is missing or
 * unknown.
 */
export function decodeText(bytes: Uint8Array, contentType: string): string {
  const charset = /charset\s*=\s*"?([\w:.-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(maxBytes: number): string {
  return `The server's answer has more than ${maxBytes} bytes.`;
}
