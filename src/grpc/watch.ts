/** Streams a run's events as messages. Its cursor is in `run-follower.ts`. */
import type { ApiDeps } from "../api/context.ts";
import { Problem } from "../api/http/problem.ts";
import { followRun, type FollowedEvent } from "../api/tasks/run-follower.ts";
import type { Credential } from "../store/keys.ts";
import type { TaskRow } from "../store/tasks/rows.ts";
import type { Event } from "./gen/opspawn/v1/tasks_pb.ts";
import { eventMessage } from "./messages.ts";

/**
 * Yields the events after a cursor, once and in order, up to the run's last one.
 * @param by credential of the client; the stream is cut when the key becomes invalid
 * @param gone aborted when the client disconnects or its deadline passes
 * @throws Problem `unavailable` if the run cannot be reached: a cut stream must not look complete
 */
export async function* watchTask(
  deps: ApiDeps,
  row: TaskRow,
  by: Credential,
  after: number,
  gone: AbortSignal,
): AsyncGenerator<Event> {
  const { readable, writable } = new TransformStream<FollowedEvent, FollowedEvent>();
  const writer = writable.getWriter();
  const ended = new AbortController();
  const reader = { take: (event: FollowedEvent) => writer.write(event), gone: ended.signal };
  const leave = (): void => ended.abort();
  gone.addEventListener("abort", leave);
  // The client closed the stream early and does not need the rest.
  writer.closed.catch(leave);
  const following = followRun(deps, row, by, after, reader)
    .then((whole) => (whole ? writer.close() : writer.abort(cut())))
    .catch((error: unknown) => writer.abort(error).catch(() => undefined));
  try {
    for await (const event of readable) {
      yield eventMessage(event);
    }
    gone.throwIfAborted();
  } finally {
    gone.removeEventListener("abort", leave);
    leave();
    await following;
  }
}

function cut(): Problem {
  return new Problem("unavailable", "The run cannot be reached; resume with the last seq.", {
    headers: { "Retry-After": "1" },
  });
}
