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

/**
 * Yields the JSON objects in a stream of events, and the sentinel as the last piece if it comes.
 * Events without data and other JSON values are skipped. An event with the name `error` becomes an
 * object with the field `error`. Cancels the body when the caller stops.
 * @throws ReportedError for an event that is not JSON
 */
export async function* serverSentPieces(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<JsonObject | typeof SENTINEL> {
  for await (const { event, data } of messages(body)) {
    const text = data.trim();
    if (text === SENTINEL) {
      yield SENTINEL;
      return;
    }
    const value = text === "" ? null : event === "error" ? errorIn(text) : parsed(text);
    if (isJsonObject(value)) {
      yield value;
    }
  }
}

async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  let ready: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (message) => ready.push(message),
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
  let ended = false;
  try {
    while (!ended) {
      const { done, value } = await reader.read();
      ended = done;
      // Some servers end the last event with the stream and not with an empty line.
      parser.feed(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }));
      yield* ready;
      ready = [];
    }
  } finally {
    // A body that failed cannot be canceled, which does not matter.
    await reader.cancel().catch(() => null);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReportedError({ message: "An event of the stream is not JSON" }, "cut_stream");
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
