/** What may be spent and what was, and how much may be at work at once. */
import type { Api, CallOptions } from "./api.ts";
import type {
  BudgetList,
  ConcurrencyList,
  SetBudget,
  SetConcurrencyCap,
  UsageReport,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";

export class Budgets {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Every budget, with what is spent and held back of it. */
  list(options: CallOptions = {}): Promise<BudgetList> {
    return this.#api.call("listBudgets", options);
  }

  /** Sets or lifts a budget of the tenant or of an agent, in dollars per day or month; gives all. */
  set(body: SetBudget, options: CallOptions = {}): Promise<BudgetList> {
    return this.#api.call("setBudget", { ...options, body });
  }
}

export class Concurrency {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Every cap on how many tasks work at once, with how it is used. */
  list(options: CallOptions = {}): Promise<ConcurrencyList> {
    return this.#api.call("listConcurrencyCaps", options);
  }

  /** Sets or lifts (`max_runs: null`) a cap of the tenant or of an agent; gives all. */
  set(body: SetConcurrencyCap, options: CallOptions = {}): Promise<ConcurrencyList> {
    return this.#api.call("setConcurrencyCap", { ...options, body });
  }
}

export class Usage {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Tokens and dollars of the days between `from` and `to`, by `group_by`: `day`, `model`, … */
  get(query: QueryOf<"getUsage"> = {}, options: CallOptions = {}): Promise<UsageReport> {
    return this.#api.call("getUsage", { ...options, query });
  }
}
