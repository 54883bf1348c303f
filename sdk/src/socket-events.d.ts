/**
 * A task's events over one WebSocket (subprotocol `opspawn.v1`). It is authenticated with a ticket,
 * because browsers cannot set headers; the key never appears in a URL.
 */
import type { Api } from "./api.ts";
import type { Connection } from "./event.ts";
/** The browser's WebSocket class, or a compatible one. */
export type WebSocketClass = new (url: string, protocols: string | string[]) => WebSocket;
export declare const SUBPROTOCOL = "opspawn.v1";
/** Error code of a rejection that arrived as a close frame. */
export declare const SOCKET_REFUSED = "socket_refused";
/** What one watch knows about its rejected upgrades. */
export interface Upgrades {
  /** Whether the reason was already requested over HTTP, which happens once. */
  isReasonKnown: boolean;
}
/** Yields the events of one connection until it closes. @throws APIError, ConnectionError */
export declare function socketEvents(
  api: Api,
  Socket: WebSocketClass,
  taskId: string,
  after: number,
  signal: AbortSignal | undefined,
  upgrades: Upgrades,
): Connection;
/** How a socket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
  /** Whether the upgrade succeeded. */
  readonly wasOpen: boolean;
}
/**
 * Yields the text messages of one socket until it closes, and pings it.
 * @param path address below the service's URL
 * @param protocols the subprotocols to offer
 * @returns how it was closed
 * @throws ConnectionError if the peer went silent, or the signal's reason
 */
export declare function socketMessages(
  api: Api,
  Socket: WebSocketClass,
  path: string,
  protocols: string | string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<string, Closed, undefined>;
/** Yields what `read` makes of each text, without the nulls. */
export declare function mapped<Message, Result>(
  texts: AsyncGenerator<string, Result, undefined>,
  read: (text: string) => Message | null,
): AsyncGenerator<Message, Result, undefined>;
/** @throws APIError if the service closed the socket to reject it */
export declare function throwRefusal({ code, reason }: Closed): void;
