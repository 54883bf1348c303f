/** The inbox: open questions of all tasks to people. */
import type { Api, CallOptions } from "./api.ts";
import type { InboxPage } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
export declare class TaskInbox {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Open questions, oldest first; with `order: "expiry"`, soonest expiry first. */
  list(query?: QueryOf<"listInbox">, options?: CallOptions): Paged<InboxPage>;
}
