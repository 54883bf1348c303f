#!/usr/bin/env node
/**
 * `opspawn-worker`: the commands of a project that uses `@opspawn/worker`. Run in the folder of the
 * project, with the wrangler that is installed there.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exemptLoopback } from "../../sdk/src/cli/loopback.ts";
import { DeployError } from "../deploy/deploy-error.ts";
import { readOptions, USAGE as DEPLOY_USAGE } from "../deploy/options.ts";
import { runDeployment } from "../deploy/run.ts";
import { readTarget } from "../deploy/target.ts";
import { WRANGLER, wranglerFor } from "../deploy/wrangler.ts";
import { StartError, untilHealthy } from "../health.ts";
import { ensureEncryptionKey, ensureLocalKey, hashOf, ROOT } from "../local-key.ts";
import { LOCAL_KEY } from "../local-state.ts";
import { findings, type Finding, type ProjectConfig, type Requirements } from "./doctor.ts";

const USAGE = `Usage: opspawn-worker <command>

  dev [--port n]   serves the project at http://127.0.0.1:8787, with a local database and key
  deploy [options] makes what the project needs in a Cloudflare account, and deploys it
  doctor           compares the wrangler configuration with what this version needs
`;
const CONFIGS = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];
const CRON_MS = 60_000;

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
      return dev(args);
    case "deploy": {
      const options = readOptions(args);
      if (options === null) {
        console.log(DEPLOY_USAGE);
        return 0;
      }
      await checked();
      await runDeployment(configFile(), options);
      return 0;
    }
    case "doctor":
      return report(await diagnosis());
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

/** Serves the project until wrangler ends. */
async function dev(args: readonly string[]): Promise<number> {
  const at = args.indexOf("--port");
  const port = at === -1 ? "8787" : (args[at + 1] ?? "");
  if (!/^\d{1,5}$/.test(port)) {
    throw new StartError(`--port must be a number, and it is ${port}.`, 2);
  }
  await checked();
  const key = ensureLocalKey();
  ensureEncryptionKey();
  const target = readTarget(configFile(), "");
  const wrangler = wranglerFor(target);
  await succeed(wrangler(["d1", "migrations", "apply", target.database, "--local"]));
  await succeed(
    wrangler(["d1", "execute", target.database, "--local", `--command=${granting(key)}`]),
  );
  const service = spawn(
    process.execPath,
    [
      "--no-warnings",
      WRANGLER,
      "dev",
      `--port=${port}`,
      "--test-scheduled",
      "--show-interactive-dev-session=false",
    ],
    { cwd: ROOT, stdio: "inherit", env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
  );
  const ended = new Promise<number>((settle, reject) => {
    service.once("error", reject).once("close", (code) => settle(code ?? 1));
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = new AbortController();
  void ended.then(() => stop.abort());
  void untilHealthy(url, stop.signal).then(
    () => console.log(`\nOpspawn serves ${url}\nThe key of this machine: ${key}\n`),
    (error: unknown) => {
      if (!stop.signal.aborted) {
        console.error(error instanceof Error ? error.message : error);
      }
    },
  );
  // The platform's cron does this for a deployment.
  setInterval(() => void fetch(`${url}/__scheduled`).catch(() => null), CRON_MS).unref();
  return ended;
}

/** Makes the local key valid, whatever is stored under its id. */
function granting(key: string): string {
  const { key_id, tenant_id, name, scopes } = LOCAL_KEY;
  const values = [key_id, tenant_id, name, hashOf(key), scopes, new Date().toISOString()];
  return `INSERT OR REPLACE INTO api_key (key_id, tenant_id, name, hash, scopes, created_at, expires_at, revoked_at) VALUES (${values.map((value) => `'${value}'`).join(", ")}, NULL, NULL)`;
}

async function succeed(running: ReturnType<ReturnType<typeof wranglerFor>>): Promise<void> {
  const { ok, stdout, stderr } = await running;
  if (!ok) {
    throw new StartError(`${stdout}\n${stderr}`.trim());
  }
}

/** @throws StartError if the configuration lacks something */
async function checked(): Promise<void> {
  const found = await diagnosis();
  if (found.length > 0) {
    report(found);
    throw new StartError("The wrangler configuration does not suit this version; see above.");
  }
}

async function diagnosis(): Promise<Finding[]> {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config: ProjectConfig = readConfig({ config: configFile(), env: "" });
  const path = join(ROOT, "node_modules", "@opspawn", "worker", "requirements.json");
  return findings(JSON.parse(readFileSync(path, "utf8")) as Requirements, config);
}

function report(found: readonly Finding[]): number {
  for (const { problem, add } of found) {
    console.log(`${problem}\n  ${add}\n`);
  }
  console.log(
    found.length === 0
      ? "The wrangler configuration has what this version needs."
      : `${found.length} to add to the wrangler configuration, shown as JSON.`,
  );
  return found.length === 0 ? 0 : 1;
}

function configFile(): string {
  const name = CONFIGS.find((one) => existsSync(join(ROOT, one)));
  if (name === undefined) {
    throw new StartError(`There is no ${CONFIGS.join(", ")} in ${ROOT}.`);
  }
  return join(ROOT, name);
}
