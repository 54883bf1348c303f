/** The contract of a tenant's feed. Plain data; fields are added, never changed. */
import type { TaskStatus } from "../../run/log/state.ts";

/** A change of a task's status. */
export interface StatusChange {
  readonly task_id: string;
  /** The event that changed it: `seq` in the task's log. Increases with each change of a task. */
  readonly seq: number;
  readonly status: TaskStatus;
  readonly waiting_for: string | null;
  readonly agent: string;
  /** Whether the task was deleted, in this status. */
  readonly deleted: boolean;
  /** RFC 3339. */
  readonly at: string;
}

/** A change with its cursor. */
export interface FeedEntry {
  readonly cursor: string;
  /** JSON of a `StatusChange`. */
  readonly text: string;
}

/** A page of a feed. */
export type FeedPage =
  | {
      readonly ok: true;
      readonly entries: readonly FeedEntry[];
      /** Where the page ends: the cursor to continue from. */
      readonly cursor: string;
      readonly has_more: boolean;
    }
  | FeedRefusal;

/** Why a cursor cannot be continued from. */
export type FeedRefusal = { readonly ok: false; readonly reason: "expired" | "unknown" };

/** The methods of a tenant's feed. */
export interface FeedRpc {
  /** Stores a change and sends it to all watchers. Repeating it is harmless. */
  changed(change: StatusChange): Promise<void>;
  /**
   * Returns the changes after a cursor, and turns the feed on.
   * @param after null for the newest position
   */
  page(after: string | null, limit: number): Promise<FeedPage>;
  /**
   * WebSocket upgrades only, with a URL of `feedAddress`. Turns the feed on. Answers 410 for a
   * cursor that has expired and 422 for one that this feed never had.
   */
  fetch(request: Request): Promise<Response>;
}

/** A watcher of a feed. */
export interface FeedWatching {
  /** The key and the number of its secret. Both are looked up again while the socket is open. */
  readonly by: { readonly keyId: string; readonly secret: number };
  /** The starting cursor; null for the newest position. */
  readonly after: string | null;
}

/** Returns the URL of an upgrade, which the feed's object reads. */
export function feedAddress({ by, after }: FeedWatching): URL {
  const url = new URL("https://feed/");
  url.searchParams.set("by", by.keyId);
  url.searchParams.set("secret", String(by.secret));
  if (after !== null) {
    url.searchParams.set("after", after);
  }
  return url;
}

/** Returns the feed of a tenant. */
export function feedStub(feeds: DurableObjectNamespace, tenantId: string): FeedRpc {
  return feeds.get(feeds.idFromName(tenantId)) as unknown as FeedRpc;
}
