/** Commands for webhooks and hooks. */
import type { ChangeHook, ChangeWebhook, CreateHook, CreateWebhook } from "../model.ts";
import type { Call, Command } from "./command.ts";
import type { Argument, Option } from "./option.ts";
import { definitionIn, FILE } from "./definition.ts";
import { printList } from "./listing.ts";
import { lineOf, printJson, printResult } from "./output.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { namesIn } from "./run-commands.ts";
import { listOf } from "./table.ts";
import { neutralise } from "./terminal-text.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const WEBHOOK: Argument = { name: "webhook" };
const HOOK: Argument = { name: "hook" };
const SWITCHES: readonly Option[] = [
  { name: "enable", about: "turn it on" },
  { name: "disable", about: "turn it off" },
];
const TYPES: Option = {
  name: "types",
  short: "t",
  value: "types",
  about: "comma-separated event types, such as task.completed",
};
const DESCRIPTION: Option = {
  name: "description",
  short: "d",
  value: "text",
  about: "what it is for",
};

const webhooks: readonly Command[] = [
  {
    name: "webhooks list",
    arguments: [],
    about: "List webhooks and whether they deliver",
    options: [],
    run: (call) =>
      printList(call, call.client().webhooks.list(), ["WEBHOOK", "STATE", "URL"], (webhook) => [
        webhook.id,
        stateOf(webhook),
        webhook.url,
      ]),
  },
  {
    name: "webhooks get",
    arguments: [WEBHOOK],
    about: "Print a webhook as JSON",
    options: [],
    run: async (call) =>
      printJson(call, await call.client().webhooks.get(call.args.word("webhook"))),
  },
  {
    name: "webhooks create",
    arguments: [{ name: "address" }],
    about: "Create a webhook and print its signing secret",
    more: "The secret goes to standard output, the webhook's id to standard error.",
    options: [TYPES, DESCRIPTION],
    async run(call) {
      const { args, client } = call;
      const url = args.word("address");
      return printSecret(call, await client().webhooks.create({ ...webhookFrom(args), url }));
    },
  },
  {
    name: "webhooks update",
    arguments: [WEBHOOK],
    about: "Change a webhook",
    options: [
      { name: "address", value: "url", about: "where notifications go" },
      TYPES,
      DESCRIPTION,
      ...SWITCHES,
    ],
    async run(call) {
      const { args, client } = call;
      const url = args.text("address");
      const change = { ...webhookFrom(args), ...(url !== undefined && { url }) };
      if (Object.keys(change).length === 0) {
        throw new UsageError("Set at least one option.");
      }
      const webhook = await client().webhooks.update(args.word("webhook"), change);
      return printResult(call, webhook, (one) => `${one.id} ${stateOf(one)}\n`);
    },
  },
  {
    name: "webhooks delete",
    arguments: [WEBHOOK],
    about: "Delete a webhook",
    options: [],
    async run({ args, client }) {
      await client().webhooks.delete(args.word("webhook"));
      return EXIT.completed;
    },
  },
  {
    name: "webhooks secret",
    arguments: [{ name: "webhook", optional: true }],
    about: "Print the signing secret of a webhook",
    more: "Without a webhook, prints the secret that signs notifications to the `callback_url` of tasks.",
    options: [{ name: "rotate", about: "replace the secret first" }],
    async run(call) {
      const { args, client } = call;
      const id = args.word("webhook") || "callbacks";
      const resource = client().webhooks;
      const secret = args.flag("rotate")
        ? await resource.rotateSecret(id)
        : await resource.secret(id);
      return printResult(call, secret, (one) => `${one.secret}\n`);
    },
  },
  {
    name: "webhooks test",
    arguments: [WEBHOOK],
    about: "Send a test notification",
    options: [],
    run: async (call) =>
      printResult(
        call,
        await call.client().webhooks.test(call.args.word("webhook")),
        ({ id, state }) => `${id} ${state}\n`,
      ),
  },
  {
    name: "webhooks deliveries",
    arguments: [WEBHOOK],
    about: "List the deliveries of a webhook, newest first",
    options: [],
    run: (call) =>
      printList(
        call,
        call.client().webhooks.deliveries(call.args.word("webhook")),
        ["DELIVERY", "STATE", "TYPE", "TRIES", "CREATED", "ERROR"],
        (one) => [
          one.id,
          one.state,
          one.type,
          String(one.attempts),
          one.created_at,
          one.last_error ?? "",
        ],
      ),
  },
  {
    name: "webhooks redeliver",
    arguments: [WEBHOOK, { name: "delivery" }],
    about: "Send a notification again, with the same id",
    options: [],
    run: async (call) =>
      printResult(
        call,
        await call
          .client()
          .webhooks.redeliver(call.args.word("webhook"), call.args.word("delivery")),
        ({ id, state }) => `${id} ${state}\n`,
      ),
  },
];

const hooks: readonly Command[] = [
  {
    name: "hooks list",
    arguments: [],
    about: "List hooks and their URLs",
    options: [],
    run: (call) =>
      printList(call, call.client().hooks.list(), ["HOOK", "STATE", "NAME", "URL"], (hook) => [
        hook.id,
        hook.enabled ? "enabled" : "disabled",
        hook.name,
        hook.url,
      ]),
  },
  {
    name: "hooks get",
    arguments: [HOOK],
    about: "Print a hook as JSON",
    options: [],
    run: async (call) => printJson(call, await call.client().hooks.get(call.args.word("hook"))),
  },
  {
    name: "hooks create",
    arguments: [FILE],
    about: "Create a hook from a JSON file and print its signing secret",
    more: "The file contains {name, template, scheme?, secret?}. Use - for standard input. The secret goes to standard output, the hook's URL to standard error.",
    options: [],
    async run(call) {
      const hook = await definitionIn<CreateHook>(
        call,
        "a hook as JSON: {name, template, scheme?}",
      );
      return printSecret(call, await call.client().hooks.create(hook));
    },
  },
  {
    name: "hooks update",
    arguments: [HOOK],
    about: "Change a hook",
    options: [
      { name: "name", short: "n", value: "text", about: "display name" },
      { name: "template", value: "json", about: "the task that a request starts" },
      ...SWITCHES,
    ],
    async run(call) {
      const { args, client } = call;
      const [name, template] = [args.text("name"), args.json("template")];
      const change: ChangeHook = {
        ...(name !== undefined && { name }),
        // The service validates it.
        ...(template !== undefined && {
          template: template as NonNullable<ChangeHook["template"]>,
        }),
        ...enabledIn(args),
      };
      if (Object.keys(change).length === 0) {
        throw new UsageError("Set at least one option.");
      }
      const hook = await client().hooks.update(args.word("hook"), change);
      return printResult(
        call,
        hook,
        ({ id, enabled }) => `${id} ${enabled ? "enabled" : "disabled"}\n`,
      );
    },
  },
  {
    name: "hooks delete",
    arguments: [HOOK],
    about: "Delete a hook",
    options: [],
    async run({ args, client }) {
      await client().hooks.delete(args.word("hook"));
      return EXIT.completed;
    },
  },
  {
    name: "hooks secret",
    arguments: [HOOK],
    about: "Print the secret that callers of a hook sign with",
    options: [{ name: "rotate", about: "replace the secret first" }],
    async run(call) {
      const { args, client } = call;
      const resource = client().hooks;
      const id = args.word("hook");
      const secret = args.flag("rotate")
        ? await resource.rotateSecret(id)
        : await resource.secret(id);
      return printResult(call, secret, (one) => `${one.secret}\n`);
    },
  },
];

export const WEBHOOK_COMMANDS: readonly Command[] = [...webhooks, ...hooks];

function webhookFrom(args: ParsedArgs): Omit<ChangeWebhook & CreateWebhook, "url"> {
  const [types, description] = [args.text("types"), args.text("description")];
  return {
    // The service validates the names.
    ...(types !== undefined && {
      types: namesIn(types) as unknown as NonNullable<CreateWebhook["types"]>,
    }),
    ...(description !== undefined && { description }),
    ...enabledIn(args),
  };
}

/** @throws UsageError for both at once */
function enabledIn(args: ParsedArgs): { readonly enabled?: boolean } {
  const [on, off] = [args.flag("enable"), args.flag("disable")];
  if (on && off) {
    throw new UsageError("Use --enable or --disable, not both.");
  }
  return on || off ? { enabled: on } : {};
}

function stateOf(webhook: {
  readonly enabled: boolean;
  readonly failing_since: string | null;
}): string {
  return webhook.enabled ? (webhook.failing_since === null ? "enabled" : "failing") : "disabled";
}

async function printSecret(
  { cli, args }: Call,
  made: { readonly id: string; readonly url: string; readonly secret: string },
): Promise<number> {
  if (args.isJson) {
    await cli.stdout.print(lineOf({ args }, made));
    return EXIT.completed;
  }
  cli.stderr.write(
    listOf(cli.stderr, [
      ["id", made.id],
      ["url", neutralise(made.url)],
    ]),
  );
  await cli.stdout.print(`${made.secret}\n`);
  return EXIT.completed;
}
