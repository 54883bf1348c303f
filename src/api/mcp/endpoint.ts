/** Serves `/mcp`. Each request gets its own server, which offers what the key may use. */
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
 * Handles one POST of MCP messages.
 * @param body the parsed body: one message, or several in older versions of the protocol
 */
export async function serveMcp(c: ApiContext, body: unknown): Promise<Response> {
  const { deps, caller, requestId } = c.var;
  // No session is stored under this id. It distinguishes clients that share a key when they cancel.
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
