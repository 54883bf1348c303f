/**
 * Reads server-sent events, for all protocols. The readers of the SDKs differ: one skips an event
 * that begins with a comment, others fail on an event without data.
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { isJsonObject, type JsonObject } from "../../run/value/json.ts";
import { ReportedError } from "./provider-failure.ts";

/** The data of the event that ends a stream in some protocols. */
export const SENTINEL = "[DONE]";

/**
 * Maximum characters of one event. The last event of the responses API repeats the reply, escaped.
 */
const MAX_EVENT_CHARS = 32_000_000;

/** What an event of a stream contains: a JSON object, the end, or a defect, which ends it too. */
export type Piece = JsonObject | typeof SENTINEL | ReportedError;

/** The pieces of a response, in the batches in which they arrive. */
export type Pieces = AsyncIterable<readonly Piece[]>;

/**
 * Yields the JSON objects in a stream of events, and the sentinel or the first defect as the last
 * piece if one comes. Events without data and other JSON values are skipped. An event with the name
 * `error` becomes an object with the field `error`. Cancels the body when the caller stops.
 */
export async function* serverSentPieces(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<readonly Piece[]> {
  let batch: Piece[] = [];
  let ended = false;
  const parser = createParser({
    onEvent: (message) => {
      const piece = ended ? null : pieceOf(message);
      if (piece !== null) {
        ended = piece === SENTINEL || piece instanceof ReportedError;
        batch.push(piece);
      }
    },
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded") {
        const message = `An event of the stream exceeded ${MAX_EVENT_CHARS} characters`;
        throw new ReportedError({ message }, "reply_too_large");
      }
    },
    maxBufferSize: MAX_EVENT_CHARS,
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    while (!ended) {
      const { done, value } = await reader.read();
      // Some servers end the last event with the stream and not with an empty line.
      parser.feed(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }));
      ended ||= done;
      if (batch.length > 0) {
        yield batch;
        batch = [];
      }
    }
  } finally {
    // A body that failed cannot be canceled, which does not matter.
    await reader.cancel().catch(() => null);
  }
}

/** Returns the piece of an event; null if it has none. */
function pieceOf({ event, data }: EventSourceMessage): Piece | null {
  const text = data.trim();
  if (text === SENTINEL) {
    return SENTINEL;
  }
  const value = text === "" ? null : event === "error" ? errorIn(text) : parsed(text);
  return value instanceof ReportedError || isJsonObject(value) ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return new ReportedError({ message: "An event of the stream is not JSON" }, "cut_stream");
  }
}

/** Returns the data of an event named `error` in the form of the protocols. */
function errorIn(text: string): unknown {
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // A plain sentence.
  }
  return isJsonObject(value) && (isJsonObject(value["error"]) || value["type"] === "error")
    ? value
    : { type: "error", error: isJsonObject(value) ? value : { message: text } };
}
