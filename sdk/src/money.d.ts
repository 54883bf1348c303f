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
import { Paged } from "./pages.ts";
/** The period of a budget (UTC). */
type Period = Budget["period"];
export declare class Budgets {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Budgets with their spent and reserved amounts. */
  list(query?: QueryOf<"listBudgets">, options?: CallOptions): Paged<BudgetList>;
  /** Returns one budget. @param scope `tenant`, or `agent:` and the name of an agent */
  get(scope: string, period: Period, options?: CallOptions): ApiPromise<Budget>;
  /** Sets the budget of a day or a month. @param scope as for `get` */
  set(
    scope: string,
    period: Period,
    body: SetBudget,
    options?: ConditionalOptions,
  ): ApiPromise<Budget>;
  /** Removes a budget. @param scope as for `get` */
  delete(scope: string, period: Period, options?: ConditionalOptions): ApiPromise<void>;
}
export declare class Concurrency {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Concurrency limits with their current use. */
  list(query?: QueryOf<"listConcurrencyCaps">, options?: CallOptions): Paged<ConcurrencyList>;
  /** Returns one limit. @param scope `tenant`, or `agent:` and the name of an agent */
  get(scope: string, options?: CallOptions): ApiPromise<ConcurrencyCap>;
  /** Sets a limit. @param scope as for `get` */
  set(
    scope: string,
    body: SetConcurrencyCap,
    options?: ConditionalOptions,
  ): ApiPromise<ConcurrencyCap>;
  /** Removes a limit. @param scope as for `get` */
  delete(scope: string, options?: ConditionalOptions): ApiPromise<void>;
}
export declare class Usage {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Tokens and cost for the days from `from` to `to`, grouped by `group_by` (`day`, `model`, …). */
  get(query?: QueryOf<"getUsage">, options?: CallOptions): Paged<UsageReport>;
}
export {};
