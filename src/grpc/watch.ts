/** A run's events as a stream of messages; it owns a cursor, see `run-follower.ts`. */
import type { ApiDeps } from "../api/context.ts";
import { Problem } from "../api/http/problem.ts";
import { followRun, type FollowedEvent } from "../api/tasks/run-follower.ts";
import type { Credential } from "../store/keys.ts";
import type { TaskRow } from "../store/tasks/rows.ts";
import type { Event } from "./gen/opspawn/v1/tasks_pb.ts";
import { eventMessage } from "./messages.ts";

/**
 * The events after a cursor, once and in order, until the run's last one.
 * @param by who watches: the stream is cut when this key is over
 * @param gone aborted when the client is, or its time is up
 * @throws Problem `unavailable` where the run cannot be reached: a stream that is cut must not look
 * like one that has ended
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
  // Closed before it was read to its end: the client does not need the rest.
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
