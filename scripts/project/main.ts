#!/usr/bin/env node
/**
 * `opspawn-worker`: the commands of a project that uses `@opspawn/worker`, which `opspawn dev`,
 * `deploy` and `doctor` run. They act on the folder they are run in, with the wrangler that is
 * installed there. In the repository only `doctor` is run here.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exemptLoopback } from "../../sdk/src/cli/loopback.ts";
import { DeployError } from "../deploy/deploy-error.ts";
import { readOptions, USAGE as DEPLOY_USAGE } from "../deploy/options.ts";
import { runDeployment } from "../deploy/run.ts";
import { StartError } from "../health.ts";
import { ROOT } from "../local-key.ts";
import { serveProject } from "./dev.ts";
import { diagnose, diagnoseRemote, diagnoseStart, type Project } from "./diagnosis.ts";
import type { Finding } from "./doctor.ts";
import { requirementsOf, type Requirements } from "./requirements.ts";

const USAGE = `Usage: opspawn-worker <command>

  dev [--port n]   serves the project at http://127.0.0.1:8787, with a local database and key
  deploy [options] makes what the project needs in a Cloudflare account, and deploys it
  doctor [--env name] [--remote]
                   compares the project with what this version needs
`;
const CONFIGS = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];
/** Installed next to the program, in the package. */
const REQUIREMENTS = fileURLToPath(new URL("../../requirements.json", import.meta.url).href);

exemptLoopback();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof DeployError || error instanceof StartError;
  console.error(isExpected ? error.message : error);
  process.exitCode = isExpected ? error.exitCode : 1;
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case "dev":
      await checked("");
      return serveProject(configFile(), args, async () => report(await diagnoseStart(project())));
    case "deploy": {
      const options = readOptions(args);
      if (options === null) {
        console.log(DEPLOY_USAGE);
        return 0;
      }
      await checked(options.environment);
      await runDeployment(configFile(), options, () => checkedStart());
      return 0;
    }
    case "doctor":
      return doctor(args);
    case undefined:
    case "help":
    case "--help":
      console.log(USAGE);
      return 0;
    default:
      console.error(`Unknown command: ${command}.\n\n${USAGE}`);
      return 2;
  }
}

async function doctor(args: readonly string[]): Promise<number> {
  const options = readDoctorOptions(args);
  const found = await diagnose(project(), options.environment);
  if (found.length === 0) {
    // What it lacks is more than a reason not to start.
    found.push(...(await diagnoseStart(project())));
  }
  if (options.isRemote) {
    found.push(...(await diagnoseRemote(project(), options.environment)));
  }
  report(found);
  if (found.length === 0) {
    console.log("The project has what this version needs.");
  }
  return found.length === 0 ? 0 : 1;
}

/** @throws StartError for an unknown option */
function readDoctorOptions(args: readonly string[]): {
  readonly environment: string;
  readonly isRemote: boolean;
} {
  let environment = "";
  let isRemote = false;
  const rest = args.values();
  for (const word of rest) {
    const inline = /^--env=(.*)$/.exec(word)?.[1];
    if (word === "--env" || word === "-e") {
      environment = rest.next().value ?? "";
    } else if (inline !== undefined) {
      environment = inline;
    } else if (word === "--remote") {
      isRemote = true;
    } else {
      throw new StartError(`Unknown option ${word}.\n\n${USAGE}`, 2);
    }
  }
  return { environment, isRemote };
}

/** @throws StartError if something has to be changed first */
async function checked(environment: string): Promise<void> {
  refuse(await diagnose(project(), environment));
}

/** @throws StartError if the Worker does not start */
async function checkedStart(): Promise<void> {
  refuse(await diagnoseStart(project()));
}

function refuse(found: readonly Finding[]): void {
  report(found);
  if (found.length > 0) {
    throw new StartError("Nothing was started or deployed: see above.");
  }
}

function report(found: readonly Finding[]): void {
  for (const { problem, add } of found) {
    console.log(add === null ? `${problem}\n` : `${problem}\n${add.replace(/^(?=.)/gm, "  ")}\n`);
  }
  if (found.some(({ add }) => add !== null)) {
    console.log("Lines to add are indented.");
  }
}

function project(): Project {
  const config = configFile();
  // In the repository there is no package: its own configuration says what it needs.
  return existsSync(REQUIREMENTS)
    ? {
        config,
        needs: JSON.parse(readFileSync(REQUIREMENTS, "utf8")) as Requirements,
        notOwn: /(?:^|\/)node_modules\//,
      }
    : {
        config,
        needs: requirementsOf(config, join(ROOT, "migrations")),
        migrations: "migrations",
        notOwn: /(?:^|\/)node_modules\/|^src\/library\//,
      };
}

/** @throws StartError if the folder has none */
function configFile(): string {
  const name = CONFIGS.find((one) => existsSync(join(ROOT, one)));
  if (name === undefined) {
    throw new StartError(`There is no ${CONFIGS.join(", ")} in ${ROOT}.`);
  }
  return join(ROOT, name);
}
