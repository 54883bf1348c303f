/** `plan` and `apply`: configuration as code. */
import { APIError, PreconditionFailedError } from "../errors.ts";
import { configIn } from "./apply/config-file.ts";
import { planFor, type Plan, type Step } from "./apply/plan.ts";
import type { Call, Command } from "./command.ts";
import type { Argument, Option } from "./option.ts";
import { lineOf } from "./output.ts";
import { neutralise } from "./terminal-text.ts";
import { EXIT, StateError, UsageError } from "./cli-env.ts";

const FILE: Argument = { name: "file", optional: true };
const DEFAULT_FILE = "opspawn.config.ts";
const PRUNE: Option = {
  name: "prune",
  about: "also delete what the file owns (`owns`) and does not list",
};
const SIGNS = { create: "+", update: "~", delete: "-" } as const;

const plan: Command = {
  name: "plan",
  arguments: [FILE],
  about: "Show how a tenant differs from a configuration file, and change nothing",
  more: `The file is TypeScript, JavaScript or JSON (default: ${DEFAULT_FILE}). Values of secrets cannot be compared: an existing secret counts as equal.`,
  options: [
    PRUNE,
    { name: "check", about: "exit with 5 if there is a difference, for continuous integration" },
  ],
  async run(call) {
    const { steps } = await planned(call);
    for (const step of steps) {
      await print(call, step);
    }
    await printText(call, steps.length === 0 ? "No differences.\n" : `${counted(steps)}.\n`);
    return steps.length > 0 && call.args.flag("check") ? EXIT.different : EXIT.completed;
  },
};

const apply: Command = {
  name: "apply",
  arguments: [FILE],
  about: "Make a tenant equal to a configuration file",
  more: `The file is TypeScript, JavaScript or JSON (default: ${DEFAULT_FILE}). Prints each change once it is made. If one fails, the changes before it stay; run the command again to continue.`,
  options: [PRUNE],
  async run(call) {
    const { steps, opaque } = await planned(call);
    const deletions = steps.filter(({ action }) => action === "delete");
    const writes = steps.filter(({ action }) => action !== "delete");
    const done: Step[] = [];
    for (const step of [...opaque, ...writes, ...deletions]) {
      if (await isChanged(step)) {
        done.push(step);
        await print(call, step);
      }
    }
    await printText(call, done.length === 0 ? "No changes.\n" : `Applied: ${counted(done)}.\n`);
    return EXIT.completed;
  },
};

export const APPLY_COMMANDS: readonly Command[] = [plan, apply];

async function planned({ cli, args, client }: Call): Promise<Plan> {
  const file = args.word("file") === "" ? DEFAULT_FILE : args.word("file");
  const config = await configIn(cli, file);
  const missing = Object.entries(config.secrets ?? {}).flatMap(([name, { env }]) =>
    (cli.env[env] ?? "") === "" ? [`${env} (secret ${name})`] : [],
  );
  if (missing.length > 0) {
    throw new UsageError(
      `${file} needs environment variables that are not set: ${missing.join(", ")}.`,
    );
  }
  return planFor(config, client(), (variable) => cli.env[variable] ?? "", args.flag("prune"));
}

/** @throws StateError that names the resource, if the service rejects the change */
async function isChanged(step: Step): Promise<boolean> {
  try {
    return await step.run();
  } catch (error) {
    if (error instanceof PreconditionFailedError) {
      throw new StateError(
        `${step.kind} ${neutralise(step.key)} was changed by another client. Nothing after it was applied; run the command again.`,
      );
    }
    if (error instanceof APIError) {
      throw new StateError(`${step.kind} ${neutralise(step.key)}: ${neutralise(error.message)}`);
    }
    throw error;
  }
}

async function print({ cli, args }: Call, { action, kind, key, fields }: Step): Promise<void> {
  const shown = fields.length === 0 ? "" : ` (${fields.join(", ")})`;
  await cli.stdout.print(
    args.isJson
      ? lineOf({ args }, { action, kind, key, fields })
      : `${SIGNS[action]} ${kind} ${neutralise(key)}${shown}\n`,
  );
}

/** Prints for people only: JSON has one line for each difference. */
async function printText({ cli, args }: Call, text: string): Promise<void> {
  if (!args.isJson) {
    await cli.stdout.print(text);
  }
}

function counted(steps: readonly Step[]): string {
  const count = (action: Step["action"]) => steps.filter((step) => step.action === action).length;
  return `${count("create")} new, ${count("update")} changed, ${count("delete")} deleted`;
}
