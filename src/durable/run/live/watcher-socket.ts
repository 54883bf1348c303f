/** One watcher's socket: what it remembers across hibernation, and how it is written to and closed. */
import type { JsonObject } from "../../../run/value/json.ts";

/** What a socket is owed next; survives hibernation. At most 16 KB. */
export interface Attachment {
  /** `seq` of the last event that was dealt with; null before the first subscription. */
  readonly cursor: number | null;
  readonly types: readonly string[] | null;
  readonly caughtUp: boolean;
  /** The key that opened it, which of the key's secrets, and whether the key may change the run. */
  readonly by: string;
  readonly secret?: number;
  readonly mayWrite: boolean;
  /** When the key was last found valid, milliseconds. */
  readonly checkedAt?: number;
}

/** Stores the attachment of a socket. */
export function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
}

export function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

export function send(socket: WebSocket, message: JsonObject): void {
  sendText(socket, JSON.stringify(message));
}

/** Sends a text. A closed socket needs none: the client reconnects with its cursor. */
export function sendText(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // The peer is gone; its close is reported separately.
  }
}

export function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Closed already.
  }
}
