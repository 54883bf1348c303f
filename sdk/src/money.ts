/** Budgets, concurrency limits and usage. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions } from "./api.ts";
import type {
  Budget,
  BudgetList,
  ConcurrencyCap,
  ConcurrencyList,
  SetBudget,
  SetConcurrencyCap,
  UsageReport,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

/** The period of a budget (UTC). */
type Period = Budget["period"];

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

  /** Returns one budget. @param scope `tenant`, or `agent:` and the name of an agent */
  get(scope: string, period: Period, options: CallOptions = {}): ApiPromise<Budget> {
    return this.#api.call("getBudget", { ...options, path: { scope, period } });
  }

  /** Sets the budget of a day or a month. @param scope as for `get` */
  set(
    scope: string,
    period: Period,
    body: SetBudget,
    options: ConditionalOptions = {},
  ): ApiPromise<Budget> {
    return this.#api.call("setBudget", { ...options, path: { scope, period }, body });
  }

  /** Removes a budget. @param scope as for `get` */
  delete(scope: string, period: Period, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteBudget", { ...options, path: { scope, period } });
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

  /** Returns one limit. @param scope `tenant`, or `agent:` and the name of an agent */
  get(scope: string, options: CallOptions = {}): ApiPromise<ConcurrencyCap> {
    return this.#api.call("getConcurrencyCap", { ...options, path: { scope } });
  }

  /** Sets a limit. @param scope as for `get` */
  set(
    scope: string,
    body: SetConcurrencyCap,
    options: ConditionalOptions = {},
  ): ApiPromise<ConcurrencyCap> {
    return this.#api.call("setConcurrencyCap", { ...options, path: { scope }, body });
  }

  /** Removes a limit. @param scope as for `get` */
  delete(scope: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteConcurrencyCap", { ...options, path: { scope } });
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
