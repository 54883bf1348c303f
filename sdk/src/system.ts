/** What operators look at: the audit, broken promises, and whether the service is well. */
import type { Api, CallOptions } from "./api.ts";
import type { AuditEntry, AuditList, Health, Invariants } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { itemsOf } from "./pages.ts";

export class Audit {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of who did what, newest first. */
  list(query: QueryOf<"listAudit"> = {}, options: CallOptions = {}): Promise<AuditList> {
    return this.#api.call("listAudit", { ...options, query });
  }

  /** Every entry, newest first, page by page. */
  all(options: CallOptions = {}): AsyncGenerator<AuditEntry, void, undefined> {
    return itemsOf(
      (cursor) => this.list(cursor === undefined ? {} : { cursor }, options),
      (page) => page.entries,
    );
  }
}

export class InvariantChecks {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** What breaks a promise right now, of a page of tasks; empty lists mean that nothing does. */
  list(query: QueryOf<"checkInvariants"> = {}, options: CallOptions = {}): Promise<Invariants> {
    return this.#api.call("checkInvariants", { ...options, query });
  }
}

export class HealthCheck {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** What the service says of itself; where a part is broken, `status` is `degraded`. */
  get(options: CallOptions = {}): Promise<Health> {
    return this.#api.call("getHealth", { ...options, alsoStatus: 503 });
  }
}
