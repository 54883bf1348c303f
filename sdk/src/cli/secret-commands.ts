/** Commands for secrets. No command shows a value. */
import type { Call, Command } from "./command.ts";
import type { Argument } from "./option.ts";
import { readStdin } from "./input.ts";
import { printList } from "./listing.ts";
import { printResult } from "./output.ts";
import { askHidden } from "./prompt.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const NAME: Argument = { name: "name" };

const secretsList: Command = {
  name: "secrets list",
  arguments: [],
  about: "List secrets: version, hosts and the last day of use, without their values",
  options: [],
  run: (call) =>
    printList(
      call,
      call.client().secrets.list(),
      ["SECRET", "VERSION", "LAST USED", "HOSTS"],
      (secret) => [
        secret.name,
        String(secret.version),
        secret.last_used_on ?? "never",
        secret.hosts === null ? "any" : secret.hosts.join(" "),
      ],
    ),
};

const secretsSet: Command = {
  name: "secrets put",
  aliases: ["secrets create", "secrets update"],
  arguments: [NAME],
  about: "Create a secret, or replace its value",
  more: "Prompts for the value without echo, or reads it from a pipe, without one line break at its end. The value is never an argument, because other users of the machine could see it. Calls use a new value within seconds. `provider.<name>`, such as provider.openai, is your own API key of a model provider.",
  options: [
    {
      name: "host",
      value: "host",
      multiple: true,
      about: "host that headers may send it to, such as api.example.com (default: any)",
    },
  ],
  async run(call) {
    const { args, client } = call;
    const name = args.word("name");
    const hosts = args.texts("host");
    const value = await valueFrom(call, name);
    if (value === "") {
      throw new UsageError("No value entered.");
    }
    const body = { value, ...(hosts.length > 0 && { hosts: [...hosts] }) };
    const set = await client().secrets.set(name, body);
    return printResult(call, set, ({ version }) => `${set.name} version ${version}\n`);
  },
};

const secretsDelete: Command = {
  name: "secrets delete",
  arguments: [NAME],
  about: "Delete a secret; calls that refer to it fail",
  options: [],
  async run({ args, client }) {
    await client().secrets.delete(args.word("name"));
    return EXIT.completed;
  },
};

export const SECRET_COMMANDS: readonly Command[] = [secretsList, secretsSet, secretsDelete];

async function valueFrom({ cli }: Call, name: string): Promise<string> {
  return cli.stdin.isTTY === true
    ? askHidden(cli, `Value of ${name}`)
    : (await readStdin(cli)).replace(/\r?\n$/, "");
}
