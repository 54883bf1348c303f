/**
 * What all adapters have in common: a provider's stream is opened, read piece by piece, and comes
 * to exactly one `done` or `failed`, whatever is thrown on the way.
 */
import type { ModelFailureCode } from "../../run/value/failure.ts";
import type { Reply } from "../../run/value/message.ts";
import type { LlmEvent } from "./client.ts";
import type { Endpoint } from "./endpoint.ts";
import { failureOf, ReportedError } from "./provider-failure.ts";

/** Assembles one reply from a provider's pieces. */
export interface ReplyReader<Piece> {
  /** @throws ReportedError where the piece says that the call has failed */
  take(piece: Piece): Iterable<LlmEvent>;
  /** Whether the reply has come to its end, so that a loss after it means nothing. */
  readonly complete: boolean;
  /** Yields the remaining events, the last one `done`. @throws ReportedError */
  end(): Iterable<LlmEvent>;
}

/** The events of one attempt. @param open sends the request */
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

/** A failure that the adapter itself sees. */
export function ended(code: ModelFailureCode, message: string): ReportedError {
  return new ReportedError({ message }, code);
}

/** The end of a reply. */
export function done(reply: Reply): LlmEvent {
  return { type: "done", reply };
}
