/**
 * Shared by all adapters: opens a provider's stream, reads it piece by piece, and ends with exactly
 * one `done` or `failed`, even if something throws.
 */
import type { ModelFailureCode } from "../../run/value/failure.ts";
import type { Reply } from "../../run/value/message.ts";
import type { JsonObject } from "../../run/value/json.ts";
import type { LlmEvent } from "./client.ts";
import type { Endpoint } from "./endpoint.ts";
import { failureOf, ReportedError } from "./provider-failure.ts";
import { isLast, SENTINEL, type Opened, type Piece } from "./server-sent.ts";
import { isError, mayBeError } from "./stray-error.ts";
import { within } from "../../timing.ts";

/**
 * Longest wait for what may follow a complete reply, milliseconds. Without the usage that follows,
 * an estimate is booked, so a slow provider or a busy isolate gets time.
 */
const AFTER_REPLY_MS = 10_000;

/** Assembles a reply from a provider's pieces. */
export interface ReplyReader {
  /** Returns the events of a piece. @throws ReportedError if the piece reports a failure */
  take(piece: JsonObject): Iterable<LlmEvent>;
  /** Notes that the sentinel ended the stream, or that a complete answer has no more pieces. */
  sentinel(): void;
  /** True once the reply is complete. A connection lost after that is ignored. */
  readonly complete: boolean;
  /** True once nothing more can follow. The rest of the stream is not read. */
  readonly over: boolean;
  /** Yields the remaining events, the last one `done`. @throws ReportedError */
  end(): Iterable<LlmEvent>;
}

/** Streams the events of one attempt. @param open sends the request */
export async function* replyStream(
  endpoint: Endpoint,
  open: () => Promise<Opened>,
  reader: ReplyReader,
): AsyncGenerator<LlmEvent> {
  let answered = false;
  try {
    const { pieces, limits } = await open();
    answered = true;
    yield limits === null ? { type: "progress" } : { type: "limits", limits };
    const strays: JsonObject[] = [];
    const batches = pieces[Symbol.asyncIterator]();
    try {
      for (let batch = await nextOf(batches, reader); batch !== null;) {
        for (const event of eventsOf(batch, reader, strays)) {
          yield event;
        }
        batch = reader.over || batch.some(isLast) ? null : await nextOf(batches, reader);
      }
    } finally {
      // Not awaited: closing a connection may take as long as the server likes.
      batches.return?.().catch(() => null);
    }
    if (!reader.complete && strays.length > 0) {
      throw new ReportedError(strays.at(-1));
    }
    if (!reader.complete) {
      throw ended("cut_stream", "The reply ended before it was complete");
    }
    for (const event of reader.end()) {
      yield event;
    }
  } catch (error) {
    yield { type: "failed", failure: failureOf(error, endpoint, answered) };
  }
}

/**
 * Yields the events of a batch, and adds the pieces that may be errors to `strays`.
 * @throws ReportedError
 */
function* eventsOf(
  batch: readonly Piece[],
  reader: ReplyReader,
  strays: JsonObject[],
): Generator<LlmEvent> {
  for (const piece of batch) {
    if (piece instanceof ReportedError) {
      if (!reader.complete) {
        throw piece;
      }
    } else if (piece !== SENTINEL) {
      yield* reader.take(piece);
      if (isError(piece)) {
        throw new ReportedError(piece);
      }
      if (mayBeError(piece)) {
        strays.push(piece);
      }
    } else if (strays.length === 0) {
      reader.sentinel();
    }
    if (reader.over) {
      return;
    }
  }
}

/**
 * Returns the next batch; null at the end, and where the stream breaks if the reply is complete by
 * then. After a complete reply only usage can follow: a server that does not close its stream is
 * not waited for.
 */
async function nextOf(
  batches: AsyncIterator<readonly Piece[]>,
  reader: ReplyReader,
): Promise<readonly Piece[] | null> {
  try {
    const next = batches.next();
    const step = await (reader.complete ? within(next, AFTER_REPLY_MS) : next);
    return step.done === true ? null : step.value;
  } catch (error) {
    if (!reader.complete) {
      throw error;
    }
    return null;
  }
}

/** Returns a failure that the adapter detected. */
export function ended(code: ModelFailureCode, message: string): ReportedError {
  return new ReportedError({ message }, code);
}

/** Returns the final event of a reply. */
export function done(reply: Reply): LlmEvent {
  return { type: "done", reply };
}
