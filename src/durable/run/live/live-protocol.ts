/**
 * The live protocol over WebSocket: parses a client's message into a subscription, a command or a
 * refusal. Pure; `watchers.ts` manages the sockets. Documented in docs/reference/events.md.
 */
import type { CommandRefusal, RunCommand } from "../../../run/decide/command.ts";
import { INPUT_ACTIONS, type InputAction } from "../../../run/log/elicitation.ts";
import {
  isJsonObject,
  jsonDefect,
  wellFormedText,
  type JsonObject,
} from "../../../run/value/json.ts";
import type { JsonPointer } from "../../../run/value/json-pointer.ts";
import { isPlainText, MAX_REASON_CHARS } from "../../../run/value/plain-text.ts";
import {
  roundedPlace,
  withTextDigits,
  WOULD_BE_ROUNDED,
} from "../../../run/value/whole-numbers.ts";

/** The protocol's name, offered and echoed at the upgrade. */
export const SUBPROTOCOL = "opspawn.v1";

/** Close codes of the protocol. */
export const CLOSE = {
  done: 1000,
  badMessage: 4400,
  notAuthorised: 4401,
  broken: 1011,
  restart: 1012,
} as const;

const MAX_MESSAGE_CHARS = 1_048_576;
const MAX_CONTENT_CHARS = 500_000;
const MAX_TYPES = 64;

/** A refused request. The response is an `error` with the request's `ref`. */
export interface Refusal {
  readonly code:
    | CommandRefusal["code"]
    | "validation_failed"
    | "forbidden"
    | "unknown_command"
    | "rate_limited"
    | "unavailable";
  readonly message: string;
}

/** A request of a client. */
export type LiveRequest =
  | { readonly kind: "subscribe"; readonly after: number; readonly types: readonly string[] | null }
  | { readonly kind: "command"; readonly command: RunCommand };

/** A parsed request, or why it is refused. */
export type ReadRequest =
  | { readonly ok: true; readonly request: LiveRequest }
  | { readonly ok: false; readonly refusal: Refusal };

/** A parsed message of a client. */
export interface LiveMessage {
  /** Halves of surrogate pairs are U+FFFD. */
  readonly fields: JsonObject;
  /** The place of a whole number that would be rounded; null if there is none. */
  readonly rounded: JsonPointer | null;
}

/** Parses a message with a JSON object, or returns null: the socket is closed with `badMessage`. */
export function parseMessage(message: string | ArrayBuffer): LiveMessage | null {
  if (typeof message !== "string" || message.length > MAX_MESSAGE_CHARS) {
    return null;
  }
  try {
    const text = wellFormedText(message);
    const fields: unknown = JSON.parse(withTextDigits(text));
    return isJsonObject(fields) && typeof fields["type"] === "string"
      ? { fields, rounded: roundedPlace(text) }
      : null;
  } catch {
    return null;
  }
}

/**
 * Parses one message.
 * @param by the key that opened the socket
 * @param mayWrite whether that key may change the run
 */
export function readRequest(
  { fields: message, rounded }: LiveMessage,
  by: string,
  mayWrite: boolean,
): ReadRequest {
  switch (message["type"]) {
    case "subscribe":
      return readSubscription(message);
    case "cancel":
    case "message":
    case "approve":
    case "deny": {
      if (!mayWrite) {
        return refuse("forbidden", "This key lacks the scope tasks:write.");
      }
      if (rounded !== null) {
        return refuse("validation_failed", `${rounded} ${WOULD_BE_ROUNDED}`);
      }
      const command = readCommand(message, by);
      return typeof command === "string"
        ? refuse("validation_failed", command)
        : { ok: true, request: { kind: "command", command } };
    }
    default:
      return refuse("unknown_command", "type must be subscribe, message, approve, deny or cancel");
  }
}

function readSubscription({ after, types }: JsonObject): ReadRequest {
  if (typeof after !== "number" || !Number.isSafeInteger(after) || after < 0) {
    return refuse("validation_failed", "after must be a whole number from 0");
  }
  if (types !== undefined && !isTypeList(types)) {
    return refuse("validation_failed", `types must be a list of at most ${MAX_TYPES} names`);
  }
  return { ok: true, request: { kind: "subscribe", after, types: types ?? null } };
}

/** Returns the command of a message, or what is wrong with it. */
function readCommand(message: JsonObject, by: string): RunCommand | string {
  switch (message["type"]) {
    case "cancel":
      return readCancel(message, by);
    case "message":
      return readInput(message, by);
    default:
      return readDecision(message, by);
  }
}

function readCancel({ reason }: JsonObject, by: string): RunCommand | string {
  return reason === undefined || isPlainText(reason, MAX_REASON_CHARS)
    ? { kind: "cancel", reason: reason ?? null, by }
    : `reason must be at most ${MAX_REASON_CHARS} characters of plain text`;
}

function readInput(message: JsonObject, by: string): RunCommand | string {
  const { content, data, call_id, key, action } = message;
  if (action !== undefined && !isInputAction(action)) {
    return `action must be one of ${INPUT_ACTIONS.join(", ")}`;
  }
  if ((content !== undefined && typeof content !== "string") || !hasInput(content, data, action)) {
    return "a message needs content, a text that is not empty, or data, an object, or action";
  }
  if ((content ?? "").length > MAX_CONTENT_CHARS || jsonDefect(message) !== null) {
    return `content must be at most ${MAX_CONTENT_CHARS} characters, and all of it storable`;
  }
  if (!isShortText(call_id) || !isShortText(key)) {
    return "call_id and key must be those of a question";
  }
  return {
    kind: "message",
    content: content ?? "",
    data: data ?? null,
    ...(action === undefined ? {} : { action }),
    ...(call_id === undefined ? {} : { call_id }),
    ...(key === undefined ? {} : { key }),
    by,
  };
}

function readDecision(message: JsonObject, by: string): RunCommand | string {
  const { type, call_id, comment } = message;
  if (typeof call_id !== "string") {
    return "call_id must be the id of a call";
  }
  if (jsonDefect(message) !== null) {
    return "the message cannot be stored";
  }
  if (comment !== undefined && !isPlainText(comment, MAX_REASON_CHARS)) {
    return `comment must be at most ${MAX_REASON_CHARS} characters of plain text`;
  }
  return {
    kind: "decide",
    call_id,
    decision: type === "approve" ? "approve" : "deny",
    ...("arguments" in message ? { arguments: message["arguments"] ?? null } : {}),
    comment: comment ?? null,
    by,
  };
}

function isTypeList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_TYPES &&
    value.every((item) => typeof item === "string" && item.length <= 64)
  );
}

function hasInput(
  content: string | undefined,
  data: unknown,
  action: InputAction | undefined,
): data is JsonObject | undefined {
  return data === undefined
    ? action !== undefined || (content ?? "").trim() !== ""
    : isJsonObject(data);
}

function isShortText(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === "string" && value.length <= 64);
}

function isInputAction(value: unknown): value is InputAction {
  return INPUT_ACTIONS.some((action) => action === value);
}

function refuse(code: Refusal["code"], message: string): ReadRequest {
  return { ok: false, refusal: { code, message } };
}
