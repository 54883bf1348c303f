/**
 * Reads server-sent events, for all protocols. The readers of the SDKs differ: one skips an event
 * that begins with a comment, others fail on an event without data.
 */
import type { ReportedLimits } from "../../run/value/rate-limits.ts";
import { createParser, type EventSourceMessage, type EventSourceParser } from "eventsource-parser";
import { isJsonObject, type JsonObject } from "../../run/value/json.ts";
import { parseExact } from "../../run/value/whole-numbers.ts";
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

/** A response whose body is still to be read. */
export interface Opened {
  readonly pieces: Pieces;
  /** The rate limits that its headers state; null if they state none. */
  readonly limits: ReportedLimits | null;
}

/** Returns whether a piece ends its stream. */
export function isLast(piece: Piece): piece is typeof SENTINEL | ReportedError {
  return piece === SENTINEL || piece instanceof ReportedError;
}

/** Yields the pieces of a complete answer, and the sentinel. */
export async function* wholePieces(
  pieces: readonly JsonObject[],
): AsyncGenerator<readonly Piece[]> {
  yield await Promise.resolve([...pieces, SENTINEL]);
}

/**
 * Yields the JSON objects in a stream of events, in the batches in which they arrive, and the
 * sentinel or the first defect as the last piece if one comes. Events without data and other JSON
 * values are skipped. An event with the name `error` becomes an object with the field `error`. Whole
 * numbers are exact (`parseExact`). Cancels the body when the caller stops, even while a batch is awaited.
 * @param change is applied to each object
 */
export function serverSentPieces(
  body: ReadableStream<Uint8Array>,
  change: (piece: JsonObject) => JsonObject = (piece) => piece,
): Pieces {
  return { [Symbol.asyncIterator]: () => new Batches(body, change) };
}

class Batches implements AsyncIterator<readonly Piece[], undefined> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #parser: EventSourceParser;
  readonly #change: (piece: JsonObject) => JsonObject;
  #batch: Piece[] = [];
  #ended = false;

  constructor(body: ReadableStream<Uint8Array>, change: (piece: JsonObject) => JsonObject) {
    this.#reader = body.getReader();
    this.#change = change;
    this.#parser = createParser({
      onEvent: (message) => this.#take(message),
      onError: ({ type }) => {
        if (type === "max-buffer-size-exceeded") {
          const message = `An event of the stream exceeded ${MAX_EVENT_CHARS} characters`;
          throw new ReportedError({ message }, "reply_too_large");
        }
      },
      maxBufferSize: MAX_EVENT_CHARS,
    });
  }

  async next(): Promise<IteratorResult<readonly Piece[], undefined>> {
    while (!this.#ended) {
      const { done, value } = await this.#reader.read();
      // Some servers end the last event with the stream and not with an empty line.
      this.#parser.feed(
        done ? `${this.#decoder.decode()}\n\n` : this.#decoder.decode(value, { stream: true }),
      );
      this.#ended ||= done;
      if (this.#batch.length > 0) {
        const batch = this.#batch;
        this.#batch = [];
        return { done: false, value: batch };
      }
    }
    return this.return();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#ended = true;
    // A body that failed cannot be canceled, which does not matter.
    await this.#reader.cancel().catch(() => null);
    return { done: true, value: undefined };
  }

  #take(message: EventSourceMessage): void {
    const piece = this.#ended ? null : pieceOf(message);
    if (piece !== null) {
      this.#ended = isLast(piece);
      this.#batch.push(isLast(piece) ? piece : this.#change(piece));
    }
  }
}

/** Returns the piece of an event; null if it has none. */
function pieceOf({ event, data }: EventSourceMessage): Piece | null {
  const text = data.trim();
  if (text === SENTINEL || text === `"${SENTINEL}"`) {
    return SENTINEL;
  }
  const value = text === "" ? null : event === "error" ? errorIn(text) : parsed(text);
  return value instanceof ReportedError || isJsonObject(value) ? value : null;
}

function parsed(text: string): unknown {
  try {
    return parseExact(text);
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
