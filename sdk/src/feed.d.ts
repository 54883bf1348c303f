/** The feed: status changes of all tasks. */
import type { Api, CallOptions } from "./api.ts";
import type { FeedPage, StatusChange } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
import { type WebSocketClass } from "./socket-events.ts";
import { type WatchOptions } from "./watch.ts";
/** A status change of a task, with the cursor after it. */
export interface FeedChange extends StatusChange {
  /** `after` of a watch that continues with the next change. */
  readonly cursor: string;
}
/** Options of a watch of the feed. */
export interface FeedWatchOptions extends Omit<WatchOptions, "after"> {
  /** The cursor of the last known change. Absent: only changes from now on. */
  readonly after?: string | undefined;
  /**
   * Called with the position at which the watch starts, before its first change: `after` of a later
   * watch, even if no change came.
   */
  readonly onStart?: ((cursor: string) => unknown) | undefined;
}
export declare class Feed {
  #private;
  /** @internal */
  constructor(api: Api, socket: WebSocketClass | null, key: string);
  /** Status changes after a cursor. `cursor` of a page continues later, or a live stream. */
  changes(query?: QueryOf<"followFeed">, options?: CallOptions): Paged<FeedPage>;
  /**
   * Yields status changes of all tasks without an end: each once, and those of one task in order,
   * across lost connections and restarts of the service. Leaving the loop ends the watch.
   * @throws APIError (`cursor_expired` for a cursor from before the retention), ConnectionError, or
   * the signal's reason
   */
  watch(options?: FeedWatchOptions): AsyncGenerator<FeedChange, void, undefined>;
}
