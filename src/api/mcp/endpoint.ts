/** `/mcp` itself: each request is answered by a server of its own, with what its key may use. */
import {
  isInitializeRequest,
  isJSONRPCNotification,
  isJSONRPCRequest,
} from "@modelcontextprotocol/sdk/types.js";
import type { ApiContext } from "../context.ts";
import { cancel, cancellable, nameOf } from "./cancellations.ts";
import { opspawnOffer } from "./opspawn-offer.ts";
import { connect } from "./server.ts";
import { streamed } from "./streamed.ts";

const SESSION = "Mcp-Session-Id";

/**
 * Answers one POST of MCP messages.
 * @param body the parsed body: one message or, as older versions of the protocol have it, several
 */
export async function serveMcp(c: ApiContext, body: unknown): Promise<Response> {
  const { deps, caller, requestId } = c.var;
  // Nothing is kept under this id: it tells apart clients that share a key, for cancelling.
  const session = c.req.header(SESSION) ?? "";
  if (isJSONRPCNotification(body) && body.method === "notifications/cancelled") {
    const id = body.params?.["requestId"];
    if (typeof id === "string" || typeof id === "number") {
      cancel(nameOf(caller.keyId, session, id));
    }
  }
  const { transport, close } = await connect(opspawnOffer(deps, caller, requestId), {
    keepAliveMs: deps.config.ssePingMs,
  });
  const response = await transport.handleRequest(c.req.raw, { parsedBody: body });
  const cancelled =
    session !== "" && isJSONRPCRequest(body)
      ? cancellable(nameOf(caller.keyId, session, body.id))
      : null;
  void cancelled?.cancelled.then(close);
  if (isInitializeRequest(body) && response.ok) {
    response.headers.set(SESSION, crypto.randomUUID());
  }
  return streamed(c, response, async () => {
    cancelled?.done();
    await close();
  });
}
