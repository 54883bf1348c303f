/** Hands the SDK's response on, with the headers that every answer of this service carries. */
import type { ApiContext } from "../context.ts";

/**
 * @param after what to do when the last of it is sent, or the client is gone
 */
export function streamed(c: ApiContext, response: Response, after: () => Promise<void>): Response {
  const headers = new Headers([...c.res.headers, ...response.headers]);
  const { status } = response;
  if (response.body === null) {
    c.executionCtx.waitUntil(after());
    return new Response(null, { status, headers });
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const sent = response.body.pipeTo(writable).catch(() => null);
  c.executionCtx.waitUntil(sent.then(after));
  return new Response(readable, { status, headers });
}
