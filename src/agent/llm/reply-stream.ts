/**
 * Shared by all adapters: opens a provider's stream, reads it piece by piece, and ends with exactly
 * one `done` or `failed`, even if something throws.
 */
import type { ModelFailureCode } from "../../run/value/failure.ts";
import type { Reply } from "../../run/value/message.ts";
import type { LlmEvent } from "./client.ts";
import type { Endpoint } from "./endpoint.ts";
import { failureOf, ReportedError } from "./provider-failure.ts";

/** Assembles a reply from a provider's pieces. */
export interface ReplyReader<Piece> {
  /** Returns the events of a piece. @throws ReportedError if the piece reports a failure */
  take(piece: Piece): Iterable<LlmEvent>;
  /** True once the reply is complete. A connection lost after that is ignored. */
  readonly complete: boolean;
  /** Yields the remaining events, the last one `done`. @throws ReportedError */
  end(): Iterable<LlmEvent>;
}

/** Streams the events of one attempt. @param open sends the request */
export async function* replyStream<Piece>(
  endpoint: Endpoint,
  open: () => Promise<AsyncIterable<Piece>>,
  reader: ReplyReader<Piece>,
): AsyncGenerator<LlmEvent> {
  let answered = false;
  try {
    const pieces = await open();
    answered = true;
    yield { type: "progress" };
    try {
      for await (const piece of pieces) {
        yield* reader.take(piece);
      }
    } catch (error) {
      if (!reader.complete || error instanceof ReportedError) {
        throw error;
      }
    }
    if (!reader.complete) {
      throw ended("cut_stream", "The reply ended before it was complete");
    }
    yield* reader.end();
  } catch (error) {
    yield { type: "failed", failure: failureOf(error, endpoint, answered) };
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
