/** Commands about the service as a whole: its health, the key in use, and its log of changes. */
import type { Command } from "./command.ts";
import { firstOf, printList } from "./listing.ts";
import { printResult } from "./output.ts";
import { listOf } from "./table.ts";
import { EXIT } from "./cli-env.ts";

const health: Command = {
  name: "health",
  arguments: [],
  about: "Show whether the service works; exits with 1 if it is degraded",
  options: [],
  async run(call) {
    const state = await call.client().health.get();
    await printResult(call, state, ({ status, version, database, queue, models }) =>
      listOf(call.cli.stdout, [
        ["status", status],
        ["version", version],
        ["database", database],
        ["queue", queue],
        ["models", models.join(" ")],
      ]),
    );
    return state.status === "ok" ? EXIT.completed : EXIT.failed;
  },
};

const whoami: Command = {
  name: "whoami",
  arguments: [],
  about: "Show the key in use: its service, tenant, scopes and expiry",
  options: [],
  async run(call) {
    const { url } = call.address();
    return printResult(call, await call.client().keys.self(), (key) =>
      listOf(call.cli.stdout, [
        ["service", url],
        ["tenant", key.tenant],
        ["key", key.id],
        ["name", key.name],
        ["scopes", key.scopes.join(" ")],
        ["expires", key.expires_at ?? "never"],
      ]),
    );
  },
};

const audit: Command = {
  name: "audit list",
  arguments: [],
  about: "List what was changed and by whom, newest first",
  options: [
    { name: "limit", short: "l", value: "n", about: "maximum number of entries (default 50)" },
    { name: "all", about: "list all entries" },
  ],
  run(call) {
    const { args } = call;
    const most = args.flag("all") ? Number.POSITIVE_INFINITY : (args.whole("limit") ?? 50);
    const entries = firstOf(most, call.client().audit.list({ limit: Math.min(most, 100) }));
    return printList(call, entries, ["AT", "BY", "ACTION", "SUBJECT"], (entry) => [
      entry.at.replace(/\.\d+Z$/, "Z"),
      entry.by,
      entry.action,
      entry.subject,
    ]);
  },
};

export const SERVICE_COMMANDS: readonly Command[] = [health, whoami, audit];
