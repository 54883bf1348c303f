/** For operators: the audit log, invariant checks and health. */
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

  /** A page of audit entries, newest first. */
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

  /** Returns current invariant violations among one page of tasks. Empty lists mean that there are none. */
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

  /** Returns the service's health. If a component fails, `status` is `degraded`. */
  get(options: CallOptions = {}): Promise<Health> {
    return this.#api.call("getHealth", { ...options, alsoStatus: 503 });
  }
}
