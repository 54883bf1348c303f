/** Commands for agents. */
import type { CreateAgent } from "../model.ts";
import type { Command } from "./command.ts";
import type { Argument } from "./option.ts";
import { definitionIn, FILE, put } from "./definition.ts";
import { printList } from "./listing.ts";
import { printJson, printResult } from "./output.ts";
import { EXIT, StateError } from "./cli-env.ts";

const NAME: Argument = { name: "name" };
const DEFINITION = "an agent as JSON: {name, description?, config, limits?}";

const list: Command = {
  name: "agents list",
  arguments: [],
  about: "List agents",
  options: [],
  run: (call) =>
    printList(call, call.client().agents.list(), ["AGENT", "VERSION", "DESCRIPTION"], (agent) => [
      agent.name,
      String(agent.version),
      agent.description ?? "",
    ]),
};

const get: Command = {
  name: "agents get",
  arguments: [NAME],
  about: "Print an agent as JSON",
  options: [{ name: "version", value: "n", about: "an earlier version" }],
  async run(call) {
    const { agents } = call.client();
    const [name, wanted] = [call.args.word("name"), call.args.whole("version")];
    if (wanted === undefined) {
      return printJson(call, await agents.get(name));
    }
    for await (const one of agents.versions(name)) {
      if (one.version === wanted) {
        return printJson(call, one);
      }
    }
    throw new StateError(`${name} has no version ${wanted}.`);
  },
};

const putOne: Command = {
  name: "agents put",
  aliases: ["agents create", "agents update"],
  arguments: [FILE],
  about: "Create an agent, or a new version of it, from a JSON file",
  more: "The file contains {name, description?, config, limits?}, or what `agents get` prints. Use - for standard input.",
  options: [],
  async run(call) {
    const agent = await definitionIn<CreateAgent>(call, DEFINITION);
    const { name, ...definition } = agent;
    const { agents } = call.client();
    const made = await put(
      () => agents.create(agent),
      () => agents.replace(name, definition),
      "agent_exists",
    );
    return printResult(call, made, ({ version }) => `${name} version ${version}\n`);
  },
};

const versions: Command = {
  name: "agents versions",
  arguments: [NAME],
  about: "List the versions of an agent, newest first",
  options: [],
  run: (call) =>
    printList(
      call,
      call.client().agents.versions(call.args.word("name")),
      ["VERSION", "CREATED", "DESCRIPTION"],
      ({ version, created_at, description }) => [
        String(version),
        created_at ?? "",
        description ?? "",
      ],
    ),
};

const remove: Command = {
  name: "agents delete",
  arguments: [NAME],
  about: "Delete an agent; its tasks continue",
  options: [],
  async run({ args, client }) {
    await client().agents.delete(args.word("name"));
    return EXIT.completed;
  },
};

export const AGENT_COMMANDS: readonly Command[] = [list, get, putOne, versions, remove];
