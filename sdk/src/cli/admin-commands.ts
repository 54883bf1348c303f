/** Agents, keys, tools, budgets and caps on concurrency. */
import { jsonLine, jsonText } from "./json-line.ts";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { RefusedError } from "../errors.ts";
import type { CreateAgent, CreateKey, SetBudget } from "../model.ts";
import type { Argument, Call, Command } from "./command.ts";
import { printList } from "./listing.ts";
import { namesIn } from "./run-commands.ts";
import { listOf } from "./table.ts";
import { EXIT, UsageError } from "./world.ts";

const NAME: Argument = { name: "name" };
const KEY_ID: Argument = { name: "key-id" };

const agentsList: Command = {
  name: "agents list",
  arguments: [],
  about: "Lists agents",
  options: [],
  async run(call) {
    return printList(
      call,
      call.client().agents.all(),
      ["AGENT", "VERSION", "DESCRIPTION"],
      (agent) => [agent.name, String(agent.version), agent.description ?? ""],
    );
  },
};

const agentsGet: Command = {
  name: "agents get",
  arguments: [NAME],
  about: "Prints an agent as JSON",
  options: [],
  async run(call) {
    return printJson(call, await call.client().agents.get(call.given.word("name")));
  },
};

const agentsPut: Command = {
  name: "agents put",
  arguments: [{ name: "file" }],
  about: "Creates an agent from a JSON file, or gives it a new version",
  more: "The file has {name, description?, config, limits?}, and - is standard input.",
  options: [],
  async run(call) {
    const agent = await agentIn(call);
    const { agents } = call.client();
    const { name, ...definition } = agent;
    const put = await agents.create(agent).catch((error: unknown) => {
      if (error instanceof RefusedError && error.code === "agent_exists") {
        return agents.replace(name, definition);
      }
      throw error;
    });
    const line = call.given.flag("json") ? JSON.stringify(put) : `${name} version ${put.version}`;
    await call.world.stdout.print(`${line}\n`);
    return EXIT.completed;
  },
};

const agentsDelete: Command = {
  name: "agents delete",
  arguments: [NAME],
  about: "Deletes an agent; its tasks go on",
  options: [],
  async run({ given, client }) {
    await client().agents.delete(given.word("name"));
    return EXIT.completed;
  },
};

const keysList: Command = {
  name: "keys list",
  arguments: [],
  about: "Lists keys, without their secrets",
  options: [],
  async run(call) {
    return printList(call, call.client().keys.all(), ["KEY", "STATE", "NAME", "SCOPES"], (key) => [
      key.key_id,
      key.revoked_at === null ? "valid" : "revoked",
      key.name,
      key.scopes.join(" "),
    ]);
  },
};

const keysCreate: Command = {
  name: "keys create",
  arguments: [],
  about: "Makes a key and prints it, this once",
  options: [
    { name: "name", value: "text", about: "what it is for" },
    {
      name: "scopes",
      value: "scopes",
      about:
        "what it may do, with commas between: tasks:read, tasks:write, tools:write, agents:write, admin, platform",
    },
    { name: "tenant", value: "name", about: "another tenant than that of the key which asks" },
    { name: "expires", value: "time", about: "when it ends, RFC 3339" },
  ],
  async run(call) {
    const { given } = call;
    const [name, scopes] = [given.text("name"), namesIn(given.text("scopes") ?? "")];
    if (name === undefined || scopes.length === 0) {
      throw new UsageError("A key needs --name and --scopes.");
    }
    const tenant = given.text("tenant");
    const expires = given.text("expires");
    const body = {
      name,
      // The service knows which there are.
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
  about: "Ends a key",
  options: [],
  async run({ given, client }) {
    await client().keys.revoke(given.word("key-id"));
    return EXIT.completed;
  },
};

const keysRotate: Command = {
  name: "keys rotate",
  arguments: [KEY_ID],
  about: "Gives a key a new secret and prints it, this once",
  options: [{ name: "grace", value: "seconds", about: "how long the old one is still valid (0)" }],
  async run(call) {
    const grace = call.given.whole("grace", 0);
    const body = grace === undefined ? {} : { grace_s: grace };
    return printSecret(call, await call.client().keys.rotate(call.given.word("key-id"), body));
  },
};

const toolsList: Command = {
  name: "tools list",
  arguments: [],
  about: "Lists the tools that there are",
  options: [],
  async run(call) {
    const { tools } = await call.client().tools.list();
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
  about: "Prints a tool with its schemas as JSON",
  options: [],
  async run(call) {
    return printJson(call, await call.client().tools.get(call.given.word("name")));
  },
};

const budgetsList: Command = {
  name: "budgets list",
  arguments: [],
  about: "Lists budgets, with what is spent of them",
  options: [],
  async run(call) {
    const { budgets } = await call.client().budgets.list();
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
  about: "Sets a budget of the tenant or of an agent, or lifts it",
  options: [
    { name: "period", value: "period", about: "day or month", choices: ["day", "month"] },
    { name: "max-cost", value: "dollars", about: "how much, or none to lift it" },
    { name: "agent", value: "name", about: "only for the tasks of this agent" },
  ],
  async run({ world, given, client }) {
    const period = given.text("period") as SetBudget["period"] | undefined;
    if (period === undefined) {
      throw new UsageError("--period says for how long: day or month.");
    }
    const agent = given.text("agent");
    if (given.text("max-cost") === undefined) {
      throw new UsageError("--max-cost says how much: dollars, or none to lift the budget.");
    }
    const maxCost = given.text("max-cost") === "none" ? null : (given.number("max-cost") ?? null);
    const body = { period, max_cost_usd: maxCost, ...(agent !== undefined && { agent }) };
    const { budgets } = await client().budgets.set(body);
    await world.stdout.print(given.flag("json") ? jsonLine({ budgets }) : "");
    return EXIT.completed;
  },
};

const concurrencyList: Command = {
  name: "concurrency list",
  arguments: [],
  about: "Lists the caps on how many tasks work at once",
  options: [],
  async run(call) {
    const { caps } = await call.client().concurrency.list();
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
  about: "Caps how many tasks of the tenant or of an agent work at once, or lifts the cap",
  options: [
    { name: "max-runs", value: "n", about: "how many, or none to lift the cap" },
    { name: "agent", value: "name", about: "only for the tasks of this agent" },
  ],
  async run({ world, given, client }) {
    const agent = given.text("agent");
    if (given.text("max-runs") === undefined) {
      throw new UsageError("--max-runs says how many: a number, or none to lift the cap.");
    }
    const maxRuns = given.text("max-runs") === "none" ? null : (given.whole("max-runs", 0) ?? null);
    const { caps } = await client().concurrency.set({
      max_runs: maxRuns,
      ...(agent !== undefined && { agent }),
    });
    await world.stdout.print(given.flag("json") ? jsonLine({ caps }) : "");
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

async function agentIn({ world, given }: Call): Promise<CreateAgent> {
  const file = given.word("file");
  let content: string;
  try {
    content = file === "-" ? await text(world.stdin) : await readFile(file, "utf8");
  } catch {
    throw new UsageError(`${file} cannot be read.`);
  }
  try {
    const agent = JSON.parse(content) as CreateAgent;
    if (typeof agent.name === "string") {
      return agent;
    }
  } catch {
    // Said below.
  }
  throw new UsageError(
    `${file} must be the JSON of an agent: {name, description?, config, limits?}.`,
  );
}

/** For people and programs alike: it is made to be kept in a file. */
async function printJson({ world, given }: Call, value: unknown): Promise<number> {
  await world.stdout.print(given.flag("json") ? jsonLine(value) : jsonText(value));
  return EXIT.completed;
}

async function printSecret(
  { world, given }: Call,
  made: { readonly key_id: string; readonly key: string },
): Promise<number> {
  if (given.flag("json")) {
    await world.stdout.print(jsonLine(made));
    return EXIT.completed;
  }
  world.stderr.write(listOf(world.stderr, [["key id", made.key_id]]));
  await world.stdout.print(`${made.key}\n`);
  return EXIT.completed;
}
