/** Content negotiation of live resources: an upgrade, server-sent events, or JSON. */
import type { HonoRequest } from "hono";

const SUBPROTOCOL = "opspawn.v1";
/** Matches an `Accept` header that includes `text/event-stream` with a weight above 0. */
const WANTS_STREAM = /text\/event-stream(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;

/** Returns whether a request asks for a WebSocket. */
export function isUpgrade(request: HonoRequest): boolean {
  return request.method !== "HEAD" && request.header("Upgrade")?.toLowerCase() === "websocket";
}

/** Returns whether a request asks for server-sent events. */
export function wantsStream(request: HonoRequest): boolean {
  return WANTS_STREAM.test(request.header("Accept") ?? "");
}

/** Selects our subprotocol if the client offered any: a response to an offer must select one. */
export function protocolOf(request: HonoRequest): Record<string, string> {
  return request.header("Sec-WebSocket-Protocol") === undefined
    ? {}
    : { "Sec-WebSocket-Protocol": SUBPROTOCOL };
}
