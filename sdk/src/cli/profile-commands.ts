/** Commands for saved profiles. */
import { DEFAULT_PROFILE, deleteProfile, profilesIn } from "./config.ts";
import type { Command } from "./command.ts";
import type { Argument } from "./option.ts";
import { keyOf, profileName } from "./connection.ts";
import { printList } from "./listing.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const PROFILE: Argument = { name: "name" };

const list: Command = {
  name: "profiles list",
  arguments: [],
  about: "List saved profiles, without their keys",
  options: [],
  run(call) {
    const current = profileName(call.cli, call.args);
    const profiles = Object.entries(profilesIn(call.cli.configFile)).map(([name, { url }]) => ({
      name,
      url,
      current: name === current,
    }));
    return printList(call, profiles, ["PROFILE", "", "URL"], (one) => [
      one.name,
      one.current ? "current" : "",
      one.url,
    ]);
  },
};

const remove: Command = {
  name: "profiles delete",
  arguments: [PROFILE],
  about: "Delete a saved profile; its key stays valid",
  options: [],
  async run({ cli, args }) {
    return forget(cli.configFile, args.word(PROFILE.name));
  },
};

const logout: Command = {
  name: "logout",
  arguments: [],
  about: "Delete the saved profile",
  more: "The key stays valid: to revoke it, run `opspawn keys delete`.",
  options: [],
  async run({ cli, args }) {
    const name = profileName(cli, args);
    const code = forget(cli.configFile, name);
    const which = name === DEFAULT_PROFILE ? "" : ` (profile ${name})`;
    await cli.stdout.print(`Logged out${which}.\n`);
    return code;
  },
};

const token: Command = {
  name: "token",
  arguments: [],
  about: "Print the API key that commands use, for other programs",
  more: 'Such as: curl -H "Authorization: Bearer $(opspawn token)" …',
  options: [],
  async run({ cli, address }) {
    await cli.stdout.print(`${keyOf(address())}\n`);
    return EXIT.completed;
  },
};

export const PROFILE_COMMANDS: readonly Command[] = [logout, token, list, remove];

/** @throws UsageError if there is no such profile */
function forget(file: string | null, name: string): number {
  if (!deleteProfile(file, name)) {
    throw new UsageError(`Unknown profile ${name}.`);
  }
  return EXIT.completed;
}
