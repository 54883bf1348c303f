/** For operators: the audit log, invariant checks and health. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions } from "./api.ts";
import type { AdminHealth, AuditList, Health, Invariants, ProviderList } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Audit {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Audit entries, newest first. */
  list(query: QueryOf<"listAudit"> = {}, options: CallOptions = {}): Paged<AuditList> {
    return new Paged((cursor) =>
      this.#api.call("listAudit", { ...options, query: queryAt(query, cursor) }),
    );
  }
}

export class InvariantChecks {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Current invariant violations. A page checks up to `limit` unfinished tasks. */
  list(query: QueryOf<"checkInvariants"> = {}, options: CallOptions = {}): Paged<Invariants> {
    return new Paged((cursor) =>
      this.#api.call("checkInvariants", { ...options, query: queryAt(query, cursor) }),
    );
  }
}

export class Providers {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** The model providers that limit calls, with their limits and breakers. */
  list(query: QueryOf<"listProviders"> = {}, options: CallOptions = {}): Paged<ProviderList> {
    return new Paged((cursor) =>
      this.#api.call("listProviders", { ...options, query: queryAt(query, cursor) }),
    );
  }
}

export class HealthCheck {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Returns the service's health. If a component fails, `status` is `degraded`. */
  get(options: CallOptions = {}): ApiPromise<Health> {
    return this.#api.call("getHealth", { ...options, alsoStatus: 503 });
  }

  /** Returns the state of the tenant's tasks and notifications. Needs the scope `admin`. */
  load(options: CallOptions = {}): ApiPromise<AdminHealth> {
    return this.#api.call("getAdminHealth", options);
  }
}
