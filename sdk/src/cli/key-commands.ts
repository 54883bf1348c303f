/** Commands for API keys. */
import type { CreateKey, Key } from "../model.ts";
import type { Call, Command } from "./command.ts";
import type { Argument } from "./option.ts";
import { printList } from "./listing.ts";
import { lineOf, printJson } from "./output.ts";
import { namesIn } from "./run-commands.ts";
import { listOf } from "./table.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const KEY_ID: Argument = { name: "key-id" };

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

const keysGet: Command = {
  name: "keys get",
  arguments: [KEY_ID],
  about: "Print a key as JSON, without its secret",
  options: [],
  run: async (call) => printJson(call, await call.client().keys.get(call.args.word("key-id"))),
};

const keysCreate: Command = {
  name: "keys create",
  arguments: [],
  about: "Create a key and print it once",
  options: [
    { name: "name", short: "n", value: "text", about: "purpose of the key" },
    {
      name: "scopes",
      short: "s",
      value: "scopes",
      about:
        "comma-separated scopes: tasks:read, tasks:write, tools:write, agents:write, schedules:write, memory:read, memory:write, admin, platform",
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

const keysRevoke: Command = {
  name: "keys delete",
  aliases: ["keys revoke"],
  arguments: [KEY_ID],
  about: "Revoke a key at once",
  options: [],
  async run({ args, client }) {
    await client().keys.revoke(args.word("key-id"));
    return EXIT.completed;
  },
};

export const KEY_COMMANDS: readonly Command[] = [
  keysList,
  keysGet,
  keysCreate,
  keysRotate,
  keysRevoke,
];

async function printSecret(
  { cli, args }: Call,
  made: { readonly id: string; readonly key: string },
): Promise<number> {
  if (args.isJson) {
    await cli.stdout.print(lineOf({ args }, made));
    return EXIT.completed;
  }
  cli.stderr.write(listOf(cli.stderr, [["key id", made.id]]));
  await cli.stdout.print(`${made.key}\n`);
  return EXIT.completed;
}
