/** Serves `/mcp`. Each request gets its own server, which offers what the key may use. */
import {
  isInitializeRequest,
  isJSONRPCNotification,
  isJSONRPCRequest,
} from "@modelcontextprotocol/sdk/types.js";
import type { ApiContext } from "../context.ts";
import { asJson, BOTH_TYPES, mcpForm } from "./accept.ts";
import { cancel, cancellable, nameOf } from "./cancellations.ts";
import { occasionOf } from "../http/problem.ts";
import { opspawnOffer } from "./opspawn-offer.ts";
import { connect } from "./server.ts";
import { streamed } from "./streamed.ts";

const SESSION = "Mcp-Session-Id";

/**
 * Handles one POST of MCP messages.
 * @param body the parsed body: one message, or several in older versions of the protocol
 */
export async function serveMcp(c: ApiContext, body: unknown): Promise<Response> {
  const { deps, caller } = c.var;
  // No session is stored under this id. It distinguishes clients that share a key when they cancel.
  const session = c.req.header(SESSION) ?? "";
  if (isJSONRPCNotification(body) && body.method === "notifications/cancelled") {
    const id = body.params?.["requestId"];
    if (typeof id === "string" || typeof id === "number") {
      cancel(nameOf(caller.keyId, session, id));
    }
  }
  const form = mcpForm(c.req.header("Accept"));
  if (form === null && hasRequest(body)) {
    return streamed(c, notAcceptable(body), () => Promise.resolve());
  }
  const { transport, close } = await connect(opspawnOffer(deps, caller, occasionOf(c)), {
    keepAliveMs: deps.config.ssePingMs,
  });
  // The transport only accepts clients that name both media types.
  const headers = new Headers(c.req.raw.headers);
  headers.set("Accept", BOTH_TYPES);
  const request = new Request(c.req.url, { method: "POST", headers });
  const answer = await transport.handleRequest(request, { parsedBody: body });
  const response = form === "json" ? asJson(answer, Array.isArray(body)) : answer;
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

function hasRequest(body: unknown): boolean {
  return Array.isArray(body) ? body.some(isJSONRPCRequest) : isJSONRPCRequest(body);
}

/** Returns the response to a client that accepts neither form, with the id of its request. */
function notAcceptable(body: unknown): Response {
  const id = isJSONRPCRequest(body) ? body.id : null;
  const message = "Not Acceptable: the response is application/json or text/event-stream";
  return Response.json({ jsonrpc: "2.0", error: { code: -32_000, message }, id }, { status: 406 });
}
