/** Commands for budgets, concurrency limits and usage. */
import type { Budget, ConcurrencyCap } from "../model.ts";
import type { Call, Command } from "./command.ts";
import type { Option } from "./option.ts";
import { printList } from "./listing.ts";
import { printResult } from "./output.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { namesIn } from "./run-commands.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const AGENT: Option = {
  name: "agent",
  short: "a",
  value: "name",
  about: "only this agent's tasks; without it, all of the tenant's",
};
const GROUPS = ["day", "agent", "model"] as const;
const PERIOD: Option = {
  name: "period",
  value: "period",
  about: "day or month",
  choices: ["day", "month"],
};

const budgetsList: Command = {
  name: "budgets list",
  arguments: [],
  about: "List budgets and what is spent",
  options: [],
  async run(call) {
    const budgets = call.client().budgets.list();
    return printList(call, budgets, ["FOR", "PERIOD", "SPENT", "BUDGET"], (budget) => [
      budget.agent ?? "tenant",
      budget.period,
      `$${budget.spent_usd}`,
      `$${budget.max_cost_usd}`,
    ]);
  },
};

const budgetsGet: Command = {
  name: "budgets get",
  arguments: [],
  about: "Show the budget of the tenant or an agent for a day or a month",
  options: [PERIOD, AGENT],
  async run(call) {
    const { args, client } = call;
    return printBudget(call, await client().budgets.get(scopeIn(args), periodIn(args)));
  },
};

const budgetsPut: Command = {
  name: "budgets put",
  aliases: ["budgets create", "budgets update"],
  arguments: [],
  about: "Set the budget of the tenant or an agent for a day or a month",
  options: [PERIOD, { name: "max-cost", value: "dollars", about: "the amount" }, AGENT],
  async run(call) {
    const { args, client } = call;
    const period = periodIn(args);
    const maxCost = args.number("max-cost");
    if (maxCost === undefined) {
      throw new UsageError("budgets put needs --max-cost: an amount in dollars.");
    }
    const body = { max_cost_usd: maxCost };
    return printBudget(call, await client().budgets.set(scopeIn(args), period, body));
  },
};

const budgetsDelete: Command = {
  name: "budgets delete",
  arguments: [],
  about: "Remove the budget of the tenant or an agent for a day or a month",
  options: [PERIOD, AGENT],
  async run({ args, client }) {
    await client().budgets.delete(scopeIn(args), periodIn(args));
    return EXIT.completed;
  },
};

const concurrencyList: Command = {
  name: "concurrency list",
  arguments: [],
  about: "List concurrency limits",
  options: [],
  async run(call) {
    const caps = call.client().concurrency.list();
    return printList(call, caps, ["FOR", "RUNNING", "WAITING", "CAP"], (cap) => [
      cap.agent ?? "tenant",
      String(cap.running),
      String(cap.waiting),
      String(cap.max_runs),
    ]);
  },
};

const concurrencyGet: Command = {
  name: "concurrency get",
  arguments: [],
  about: "Show the concurrency limit of the tenant or an agent",
  options: [AGENT],
  async run(call) {
    return printCap(call, await call.client().concurrency.get(scopeIn(call.args)));
  },
};

const concurrencyPut: Command = {
  name: "concurrency put",
  aliases: ["concurrency create", "concurrency update"],
  arguments: [],
  about: "Set the concurrency limit of the tenant or an agent",
  options: [{ name: "max-runs", value: "n", about: "tasks that may work at once" }, AGENT],
  async run(call) {
    const { args, client } = call;
    const maxRuns = args.whole("max-runs", 0);
    if (maxRuns === undefined) {
      throw new UsageError("concurrency put needs --max-runs: a number.");
    }
    return printCap(call, await client().concurrency.set(scopeIn(args), { max_runs: maxRuns }));
  },
};

const concurrencyDelete: Command = {
  name: "concurrency delete",
  arguments: [],
  about: "Remove the concurrency limit of the tenant or an agent",
  options: [AGENT],
  async run({ args, client }) {
    await client().concurrency.delete(scopeIn(args));
    return EXIT.completed;
  },
};

const providersList: Command = {
  name: "providers",
  arguments: [],
  about: "List the model providers that limit calls, with their limits and breakers",
  options: [],
  async run(call) {
    const providers = call.client().providers.list();
    const head = ["PROVIDER", "MODELS", "KEY", "BREAKER", "LEFT OF THIS MINUTE", "WAITING"];
    return printList(call, providers, head, (one) => [
      one.provider,
      one.model_family,
      one.own_key ? "own" : "deployment",
      one.breaker,
      one.limits.map(({ unit, limit, remaining }) => `${remaining}/${limit} ${unit}`).join(", "),
      `${one.waiting_of_tenant} of ${one.waiting}`,
    ]);
  },
};

const usage: Command = {
  name: "usage",
  arguments: [],
  about: "Show tokens and cost by day, agent or model",
  options: [
    { name: "from", value: "date", about: "first day, such as 2026-01-31 (default: 29 days ago)" },
    { name: "to", value: "date", about: "last day (default: today)" },
    {
      name: "group-by",
      short: "g",
      value: "names",
      about: "comma-separated: day, agent, model (default: one sum)",
    },
  ],
  run(call) {
    const { args } = call;
    const [from, to, groupBy] = [args.text("from"), args.text("to"), args.text("group-by")];
    const groups = namesIn(groupBy ?? "");
    const rows = call.client().usage.get({
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(groups.length > 0 && { group_by: groups.join(",") }),
    });
    const shown = GROUPS.filter((name) => groups.includes(name));
    const head = [
      ...shown.map((name) => name.toUpperCase()),
      "TASKS",
      "CALLS",
      "IN",
      "OUT",
      "COST",
    ];
    return printList(call, rows, head, (row) => [
      ...shown.map((name) => row[name] ?? ""),
      ...[row.tasks, row.model_calls, row.input_tokens, row.output_tokens].map((count) =>
        count.toLocaleString("en-US"),
      ),
      `$${row.cost_usd}`,
    ]);
  },
};

export const LIMIT_COMMANDS: readonly Command[] = [
  budgetsList,
  budgetsGet,
  budgetsPut,
  budgetsDelete,
  concurrencyList,
  concurrencyGet,
  concurrencyPut,
  concurrencyDelete,
  providersList,
  usage,
];

/** @throws UsageError without a period */
function periodIn(args: ParsedArgs): Budget["period"] {
  const period = args.text("period") as Budget["period"] | undefined;
  if (period === undefined) {
    throw new UsageError("A budget needs --period: day or month.");
  }
  return period;
}

function scopeIn(args: ParsedArgs): string {
  const agent = args.text("agent");
  return agent === undefined ? "tenant" : `agent:${agent}`;
}

function printBudget(call: Call, budget: Budget): Promise<number> {
  return printResult(
    call,
    budget,
    (one) => `${one.scope} ${one.period} $${one.spent_usd} of $${one.max_cost_usd}\n`,
  );
}

function printCap(call: Call, cap: ConcurrencyCap): Promise<number> {
  return printResult(
    call,
    cap,
    (one) => `${one.scope} ${one.running} of ${one.max_runs}, ${one.waiting} waiting\n`,
  );
}
