/**
 * One watcher's socket: its attachment, which survives hibernation, and how messages are sent.
 * Sending to a closed socket is harmless.
 */
import type { JsonObject } from "../../../run/value/json.ts";

/** The position and permissions of a socket. Survives hibernation. At most 16 KB. */
export interface Attachment {
  /** `seq` of the last processed event; null before the first subscription. */
  readonly cursor: number | null;
  readonly types: readonly string[] | null;
  /** Whether events are sent in outline. */
  readonly outline?: boolean;
  readonly caughtUp: boolean;
  /**
   * The key that opened the socket, the number of its secret, and whether the key may change the
   * run.
   */
  readonly by: string;
  readonly secret?: number;
  readonly mayWrite: boolean;
  /** When the key was last found valid, milliseconds since the epoch. */
  readonly checkedAt?: number;
}

/** Stores the attachment of a socket. */
export function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
}

/** Returns the attachment of a socket. */
export function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

/** Sends a JSON message. */
export function send(socket: WebSocket, message: JsonObject): void {
  sendText(socket, JSON.stringify(message));
}

/** Sends a text. Errors are ignored: the client of a closed socket reconnects with its cursor. */
export function sendText(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // The peer is gone. Its close is reported separately.
  }
}

/** Closes a socket. A closed one stays closed. */
export function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Already closed.
  }
}
