/** Passes the SDK's response on, with the headers of every response of this service. */
import type { ApiContext } from "../context.ts";

/**
 * Returns a response with the body of `response`.
 * @param after called when the body is sent or the client has disconnected
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
