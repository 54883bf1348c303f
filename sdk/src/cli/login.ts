/** `login`: keeps where a service is and the key to it, once both have been seen to work. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { RefusedError } from "../errors.ts";
import { readProfile, writeProfile } from "./config.ts";
import { connect, DEFAULT_URL, profileName } from "./connection.ts";
import type { Command } from "./command.ts";
import { EXIT, UsageError, type World } from "./world.ts";

export const LOGIN: Command = {
  name: "login",
  arguments: [],
  about: "Keeps a service's address and the key to it, under a profile's name",
  more: "The key is asked for without showing it, or read from a pipe; it is never an argument, where others on the machine could see it. It is tried first. The file is config.json in $XDG_CONFIG_HOME/opspawn (or ~/.config/opspawn), for its owner only.",
  options: [],
  async run({ world, given }) {
    if (world.configFile === null) {
      throw new UsageError(
        "This program takes OPSPAWN_URL and OPSPAWN_KEY, or the local service; profiles are for the installed one (npm run sdk:pack).",
      );
    }
    const name = profileName(world, given);
    const known = readProfile(world.configFile, name);
    const url = given.text("url") ?? (world.env["OPSPAWN_URL"] || (known?.url ?? DEFAULT_URL));
    const key = (await readKey(world, url)).trim();
    if (key === "") {
      throw new UsageError("There is no key.");
    }
    const client = connect({ url, key });
    try {
      await client.tasks.list({ limit: 1 });
    } catch (error) {
      // A key that may not read tasks is a key all the same.
      if (error instanceof RefusedError && error.status === 401) {
        throw new UsageError(`${client.url} refuses this key, and nothing was kept.`);
      }
      if (!(error instanceof RefusedError) || error.status !== 403) {
        throw error;
      }
    }
    writeProfile(world.configFile, name, { url: client.url, key });
    await world.stdout.print(
      `Logged in to ${client.url} (profile ${name}, in ${world.configFile}).\n`,
    );
    return EXIT.completed;
  },
};

function readKey({ stdin, stderr, onInterrupt, exit }: World, url: string): Promise<string> {
  if (stdin.isTTY !== true) {
    return text(stdin);
  }
  // What is typed would be shown by whoever reads the line: it is given nowhere to show it.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  // Only now: what is typed at the prompt must find the terminal silent.
  stderr.write(`Key for ${url}: `);
  return new Promise((resolve) => {
    // The end of the input, by Ctrl-D, is no answer.
    lines.once("close", () => resolve(""));
    const leave = () => {
      lines.close();
      stderr.write("\n");
      exit(EXIT.usage);
    };
    onInterrupt(leave);
    lines.on("SIGINT", leave);
    lines.question("", (answer) => {
      resolve(answer);
      lines.close();
      stderr.write("\n");
    });
  });
}
