/**
 * Commands of a project that uses `@opspawn/worker`. `dev`, `deploy` and `doctor` run the program of
 * the version that the project has installed, so they never disagree with it.
 */
import { dirname, join, resolve } from "node:path";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EXIT, UsageError, type ProjectCommand } from "../cli-env.ts";
import type { Command } from "../command.ts";
import type { Argument, Option } from "../option.ts";
import { CreateError, createProject, isTemplate, nextSteps, TEMPLATES } from "./create.ts";

/** The program of an installed `@opspawn/worker`. */
const PROGRAM = join("node_modules", "@opspawn", "worker", "dist", "project", "main.js");

const ENVIRONMENT: Option = {
  name: "env",
  short: "e",
  value: "name",
  about: "an environment of the wrangler configuration",
};

const dev = projectCommand({
  name: "dev",
  about: "Serve the project in this folder, with a local database and key",
  options: [{ name: "port", value: "n", about: "port of 127.0.0.1 (default: PORT, or 8787)" }],
});

const deploy = projectCommand({
  name: "deploy",
  about: "Create what the project needs in a Cloudflare account, and deploy it",
  more: "In CI, add --yes. A first key is not printed into the log of a build: set OPSPAWN_ADMIN_KEY, or run `opspawn deploy --new-key` at a terminal. --url is the address for the health check, if wrangler names another one.",
  options: [
    ENVIRONMENT,
    { name: "dry-run", about: "create nothing: show the plan and the size of the bundle" },
    { name: "yes", short: "y", about: "do not ask for confirmation" },
    { name: "provider-keys", about: "upload the provider keys that are set here as secrets" },
    { name: "tenant", value: "name", about: "tenant of the first key (default main)" },
    { name: "no-key", about: "create no first key" },
    { name: "new-key", about: "create a key although there is one" },
    { name: "wait", value: "seconds", about: "how long to wait for the service (default 180)" },
  ],
});

const doctor = projectCommand({
  name: "doctor",
  about: "Compare the project with what its version needs, and print the lines to add",
  more: "Checks bindings, Durable Object classes and their exports, queues, the cron trigger, the compatibility date, and whether the Worker starts. Exits with 1 if something is missing.",
  options: [ENVIRONMENT, { name: "remote", about: "also check the database of the deployment" }],
});

const FOLDER: Argument = { name: "folder" };

const init: Command = {
  name: "init",
  arguments: [FOLDER],
  about: "Create a project in a new folder",
  more: `Templates: ${Object.entries(TEMPLATES)
    .map(([name, what]) => `${name} (${what})`)
    .join(", ")}.`,
  options: [
    {
      name: "template",
      short: "t",
      value: "name",
      about: "template to start from (default starter)",
      choices: Object.keys(TEMPLATES),
    },
    { name: "packages", value: "folder", about: "use the packed archives in this folder" },
  ],
  async run({ cli, args }) {
    const folder = args.word(FOLDER.name);
    const template = args.text("template") ?? "starter";
    try {
      createProject({
        folder: resolve(cli.folder, folder),
        template: isTemplate(template) ? template : "starter",
        templates: templatesFolder(),
        archives: args.text("packages") ?? null,
      });
    } catch (error) {
      throw error instanceof CreateError ? new UsageError(error.message) : error;
    }
    await cli.stdout.print(nextSteps(folder));
    return EXIT.completed;
  },
};

export const PROJECT_COMMANDS: readonly Command[] = [init, dev, deploy, doctor];

/** A command that passes its options on to the program of the project. */
function projectCommand(
  command: Pick<Command, "about" | "more" | "options"> & { readonly name: ProjectCommand },
): Command {
  return {
    ...command,
    arguments: [],
    async run({ cli, given }) {
      const program = cli.projectProgram(command.name);
      if (program === null) {
        throw new UsageError(
          `There is no project with @opspawn/worker in ${cli.folder}: run \`npm install\` there, or create a project with \`opspawn init <folder>\`.`,
        );
      }
      return cli.runProgram([...program, ...given]);
    },
  };
}

/**
 * Returns the program of the version that is installed for a folder, with its first arguments; null
 * if there is none.
 */
export function installedProgram(
  folder: string,
  command: ProjectCommand,
): readonly string[] | null {
  const program = join(folder, PROGRAM);
  if (existsSync(program)) {
    return [program, command];
  }
  const parent = dirname(folder);
  return parent === folder ? null : installedProgram(parent, command);
}

/** The templates: in the package next to the commands, in a checkout at the top. */
function templatesFolder(): string {
  const packed = fileURLToPath(new URL("../../templates", import.meta.url).href);
  const inCheckout = fileURLToPath(new URL("../../../../templates", import.meta.url).href);
  return existsSync(packed) ? packed : inCheckout;
}
