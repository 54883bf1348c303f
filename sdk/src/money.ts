/** Budgets, concurrency limits and usage. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions } from "./api.ts";
import type {
  BudgetList,
  ConcurrencyList,
  SetBudget,
  SetConcurrencyCap,
  UsageReport,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Budgets {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Budgets with their spent and reserved amounts. */
  list(query: QueryOf<"listBudgets"> = {}, options: CallOptions = {}): Paged<BudgetList> {
    return new Paged((cursor) =>
      this.#api.call("listBudgets", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /** Sets or removes a daily or monthly budget in dollars, for the tenant or an agent. Returns all budgets. */
  set(body: SetBudget, options: CallOptions = {}): ApiPromise<BudgetList> {
    return this.#api.call("setBudget", { ...options, body });
  }
}

export class Concurrency {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Concurrency limits with their current use. */
  list(
    query: QueryOf<"listConcurrencyCaps"> = {},
    options: CallOptions = {},
  ): Paged<ConcurrencyList> {
    return new Paged((cursor) =>
      this.#api.call("listConcurrencyCaps", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /** Sets or removes (`max_runs: null`) a limit of the tenant or an agent. Returns all limits. */
  set(body: SetConcurrencyCap, options: CallOptions = {}): ApiPromise<ConcurrencyList> {
    return this.#api.call("setConcurrencyCap", { ...options, body });
  }
}

export class Usage {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Tokens and cost for the days from `from` to `to`, grouped by `group_by` (`day`, `model`, …). */
  get(query: QueryOf<"getUsage"> = {}, options: CallOptions = {}): Paged<UsageReport> {
    return new Paged((cursor) =>
      this.#api.call("getUsage", { ...options, query: queryAt(query, cursor) }),
    );
  }
}
