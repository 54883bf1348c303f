/** For operators: the audit log, invariant checks and health. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions } from "./api.ts";
import type { AuditList, Health, Invariants } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
export declare class Audit {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Audit entries, newest first. */
  list(query?: QueryOf<"listAudit">, options?: CallOptions): Paged<AuditList>;
}
export declare class InvariantChecks {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Current invariant violations. A page checks up to `limit` unfinished tasks. */
  list(query?: QueryOf<"checkInvariants">, options?: CallOptions): Paged<Invariants>;
}
export declare class HealthCheck {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Returns the service's health. If a component fails, `status` is `degraded`. */
  get(options?: CallOptions): ApiPromise<Health>;
}
