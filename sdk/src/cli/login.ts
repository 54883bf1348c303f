/** `login`: saves a service URL and an API key after checking that they work. */
import { APIError } from "../errors.ts";
import { readProfile, writeProfile } from "./config.ts";
import { checkUrl, connect, DEFAULT_URL, profileName } from "./connection.ts";
import type { Command } from "./command.ts";
import { patientFetch } from "./patient-fetch.ts";
import { readStdin } from "./input.ts";
import { askHidden } from "./prompt.ts";
import { EXIT, UsageError, type CliEnv } from "./cli-env.ts";

export const LOGIN: Command = {
  name: "login",
  arguments: [],
  about: "Save a service URL and API key as a profile",
  more: "Prompts for the key without echo, or reads it from a pipe. The key is never an argument, because other users of the machine could see it. It is checked before it is saved. The file is config.json in $XDG_CONFIG_HOME/opspawn (or ~/.config/opspawn), readable only by its owner.",
  options: [],
  async run({ cli, args }) {
    if (cli.configFile === null) {
      throw new UsageError(
        "Profiles need the installed command line (npm run sdk:pack). Here, set OPSPAWN_URL and OPSPAWN_KEY, or use the local service.",
      );
    }
    const name = profileName(cli, args);
    const known = readProfile(cli.configFile, name);
    const url =
      args.text("url")?.trim() ?? (cli.env["OPSPAWN_URL"]?.trim() || (known?.url ?? DEFAULT_URL));
    // A wrong URL is reported before a key is asked for, and never sees one.
    checkUrl(url);
    const typed = (await readKey(cli, url)).trim();
    const key = typed.replace(/^(["'])(.*)\1$/, "$2").trim();
    if (key !== typed) {
      cli.stderr.write("Removed the quotes around the key: they are not part of it.\n");
    }
    if (key === "") {
      throw new UsageError("No key entered.");
    }
    const client = connect({ url, key }, patientFetch(cli));
    try {
      await client.tasks.list({ limit: 1 });
    } catch (error) {
      // A valid key may lack the scope to read tasks (403).
      if (error instanceof APIError && error.status === 401) {
        throw new UsageError(`${client.url} rejected this key. Nothing was saved.`);
      }
      if (!(error instanceof APIError) || error.status !== 403) {
        throw error;
      }
    }
    writeProfile(cli.configFile, name, { url: client.url, key });
    await cli.stdout.print(`Logged in to ${client.url} (profile ${name}, in ${cli.configFile}).\n`);
    return EXIT.completed;
  },
};

function readKey(cli: CliEnv, url: string): Promise<string> {
  return cli.stdin.isTTY === true ? askHidden(cli, `Key for ${url}`) : readStdin(cli);
}
