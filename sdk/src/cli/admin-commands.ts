/** Commands for agents, keys, tools, budgets and concurrency limits. */
import { jsonLine, jsonText } from "./json-line.ts";
import { APIError } from "../errors.ts";
import type { CreateAgent, CreateKey, Key, SetBudget } from "../model.ts";
import type { Argument, Call, Command } from "./command.ts";
import { readInput } from "./input.ts";
import { printList } from "./listing.ts";
import { namesIn } from "./run-commands.ts";
import { listOf } from "./table.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const NAME: Argument = { name: "name" };
const KEY_ID: Argument = { name: "key-id" };

const agentsList: Command = {
  name: "agents list",
  arguments: [],
  about: "List agents",
  options: [],
  async run(call) {
    return printList(
      call,
      call.client().agents.list(),
      ["AGENT", "VERSION", "DESCRIPTION"],
      (agent) => [agent.name, String(agent.version), agent.description ?? ""],
    );
  },
};

const agentsGet: Command = {
  name: "agents get",
  arguments: [NAME],
  about: "Print an agent as JSON",
  options: [],
  async run(call) {
    return printJson(call, await call.client().agents.get(call.args.word("name")));
  },
};

const agentsPut: Command = {
  name: "agents put",
  arguments: [{ name: "file" }],
  about: "Create an agent, or a new version of it, from a JSON file",
  more: "The file contains {name, description?, config, limits?}. Use - for standard input.",
  options: [],
  async run(call) {
    const agent = await agentIn(call);
    const { agents } = call.client();
    const { name, ...definition } = agent;
    const put = await agents.create(agent).catch((error: unknown) => {
      if (error instanceof APIError && error.code === "agent_exists") {
        return agents.replace(name, definition);
      }
      throw error;
    });
    const line = call.args.flag("json") ? JSON.stringify(put) : `${name} version ${put.version}`;
    await call.cli.stdout.print(`${line}\n`);
    return EXIT.completed;
  },
};

const agentsDelete: Command = {
  name: "agents delete",
  arguments: [NAME],
  about: "Delete an agent; its tasks continue",
  options: [],
  async run({ args, client }) {
    await client().agents.delete(args.word("name"));
    return EXIT.completed;
  },
};

const keysList: Command = {
  name: "keys list",
  arguments: [],
  about: "List keys, their state and when they expire, without their secrets",
  options: [],
  async run(call) {
    const head = ["KEY", "STATE", "EXPIRES", "NAME", "SCOPES"];
    return printList(call, call.client().keys.list(), head, (key) => [
      key.id,
      keyState(key, Date.now()),
      key.expires_at === null ? "never" : key.expires_at.replace(/\.\d+Z$/, "Z"),
      key.name,
      key.scopes.join(" "),
    ]);
  },
};

function keyState({ revoked_at, expires_at }: Key, now: number): string {
  if (revoked_at !== null) {
    return "revoked";
  }
  return expires_at !== null && Date.parse(expires_at) <= now ? "expired" : "valid";
}

const keysCreate: Command = {
  name: "keys create",
  arguments: [],
  about: "Create a key and print it once",
  options: [
    { name: "name", value: "text", about: "purpose of the key" },
    {
      name: "scopes",
      value: "scopes",
      about:
        "comma-separated scopes: tasks:read, tasks:write, tools:write, agents:write, admin, platform",
    },
    {
      name: "tenant",
      value: "name",
      about: "tenant of the key (default: the tenant of the calling key)",
    },
    { name: "expires", value: "time", about: "expiry time, RFC 3339" },
  ],
  async run(call) {
    const { args } = call;
    const [name, scopes] = [args.text("name"), namesIn(args.text("scopes") ?? "")];
    if (name === undefined || scopes.length === 0) {
      throw new UsageError("A key needs --name and --scopes.");
    }
    const tenant = args.text("tenant");
    const expires = args.text("expires");
    const body = {
      name,
      // The service validates the names.
      scopes: scopes as unknown as CreateKey["scopes"],
      ...(tenant !== undefined && { tenant }),
      ...(expires !== undefined && { expires_at: expires }),
    };
    return printSecret(call, await call.client().keys.create(body));
  },
};

const keysRevoke: Command = {
  name: "keys revoke",
  arguments: [KEY_ID],
  about: "Revoke a key",
  options: [],
  async run({ args, client }) {
    await client().keys.revoke(args.word("key-id"));
    return EXIT.completed;
  },
};

const keysRotate: Command = {
  name: "keys rotate",
  arguments: [KEY_ID],
  about: "Replace a key's secret and print the new one once",
  options: [
    { name: "grace", value: "seconds", about: "how long the old secret stays valid (default 0)" },
  ],
  async run(call) {
    const grace = call.args.whole("grace", 0);
    const body = grace === undefined ? {} : { grace_s: grace };
    return printSecret(call, await call.client().keys.rotate(call.args.word("key-id"), body));
  },
};

const toolsList: Command = {
  name: "tools list",
  arguments: [],
  about: "List available tools",
  options: [],
  async run(call) {
    const tools = call.client().tools.list();
    return printList(call, tools, ["TOOL", "KIND", "EFFECT", "DESCRIPTION"], (tool) => [
      tool.name,
      tool.enabled ? tool.kind : "disabled",
      tool.effect,
      tool.description,
    ]);
  },
};

const toolsGet: Command = {
  name: "tools get",
  arguments: [NAME],
  about: "Print a tool and its schemas as JSON",
  options: [],
  async run(call) {
    return printJson(call, await call.client().tools.get(call.args.word("name")));
  },
};

const budgetsList: Command = {
  name: "budgets list",
  arguments: [],
  about: "List budgets and what is spent",
  options: [],
  async run(call) {
    const budgets = call.client().budgets.list();
    return printList(call, budgets, ["FOR", "PERIOD", "SPENT", "BUDGET"], (budget) => [
      budget.agent ?? "(all)",
      budget.period,
      `$${budget.spent_usd}`,
      `$${budget.max_cost_usd}`,
    ]);
  },
};

const budgetsSet: Command = {
  name: "budgets set",
  arguments: [],
  about: "Set or remove a budget of the tenant or an agent",
  options: [
    { name: "period", value: "period", about: "day or month", choices: ["day", "month"] },
    { name: "max-cost", value: "dollars", about: "the amount, or none to remove the budget" },
    { name: "agent", value: "name", about: "limit only this agent's tasks" },
  ],
  async run({ cli, args, client }) {
    const period = args.text("period") as SetBudget["period"] | undefined;
    if (period === undefined) {
      throw new UsageError("budgets set needs --period: day or month.");
    }
    const agent = args.text("agent");
    if (args.text("max-cost") === undefined) {
      throw new UsageError("budgets set needs --max-cost: dollars, or none to remove the budget.");
    }
    const maxCost = args.text("max-cost") === "none" ? null : (args.number("max-cost") ?? null);
    const body = { period, max_cost_usd: maxCost, ...(agent !== undefined && { agent }) };
    const { data } = await client().budgets.set(body);
    await cli.stdout.print(args.flag("json") ? data.map(jsonLine).join("") : "");
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
      cap.agent ?? "(all)",
      String(cap.running),
      String(cap.waiting),
      String(cap.max_runs),
    ]);
  },
};

const concurrencySet: Command = {
  name: "concurrency set",
  arguments: [],
  about: "Set or remove the concurrency limit of the tenant or an agent",
  options: [
    {
      name: "max-runs",
      value: "n",
      about: "tasks that may work at once, or none to remove the limit",
    },
    { name: "agent", value: "name", about: "limit only this agent's tasks" },
  ],
  async run({ cli, args, client }) {
    const agent = args.text("agent");
    if (args.text("max-runs") === undefined) {
      throw new UsageError(
        "concurrency set needs --max-runs: a number, or none to remove the limit.",
      );
    }
    const maxRuns = args.text("max-runs") === "none" ? null : (args.whole("max-runs", 0) ?? null);
    const { data } = await client().concurrency.set({
      max_runs: maxRuns,
      ...(agent !== undefined && { agent }),
    });
    await cli.stdout.print(args.flag("json") ? data.map(jsonLine).join("") : "");
    return EXIT.completed;
  },
};

export const ADMIN_COMMANDS: readonly Command[] = [
  agentsList,
  agentsGet,
  agentsPut,
  agentsDelete,
  keysList,
  keysCreate,
  keysRevoke,
  keysRotate,
  toolsList,
  toolsGet,
  budgetsList,
  budgetsSet,
  concurrencyList,
  concurrencySet,
];

async function agentIn({ cli, args }: Call): Promise<CreateAgent> {
  const file = args.word("file");
  const content = await readInput(cli, file);
  try {
    const agent = JSON.parse(content) as CreateAgent;
    if (typeof agent.name === "string") {
      return agent;
    }
  } catch {
    // Reported below.
  }
  throw new UsageError(
    `${file} must contain an agent as JSON: {name, description?, config, limits?}.`,
  );
}

/** Always JSON, so that it can be saved to a file. Indented unless `--json` is set. */
async function printJson({ cli, args }: Call, value: unknown): Promise<number> {
  await cli.stdout.print(args.flag("json") ? jsonLine(value) : jsonText(value));
  return EXIT.completed;
}

async function printSecret(
  { cli, args }: Call,
  made: { readonly id: string; readonly key: string },
): Promise<number> {
  if (args.flag("json")) {
    await cli.stdout.print(jsonLine(made));
    return EXIT.completed;
  }
  cli.stderr.write(listOf(cli.stderr, [["key id", made.id]]));
  await cli.stdout.print(`${made.key}\n`);
  return EXIT.completed;
}
