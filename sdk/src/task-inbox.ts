/** The inbox: open questions of all tasks to people. */
import type { Api, CallOptions } from "./api.ts";
import type { InboxPage } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class TaskInbox {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Open questions, oldest first; with `order: "expiry"`, soonest expiry first. */
  list(query: QueryOf<"listInbox"> = {}, options: CallOptions = {}): Paged<InboxPage> {
    return new Paged((cursor) =>
      this.#api.call("listInbox", { ...options, query: queryAt(query, cursor) }),
    );
  }
}
