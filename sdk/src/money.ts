/** What may be spent, and what was. */
import type { Api, CallOptions } from "./api.ts";
import type { BudgetList, SetBudget, UsageReport } from "./model.ts";
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
