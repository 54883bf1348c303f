/**
 * `npm run deploy`: the service in a Cloudflare account, by one command that can be run again at any
 * time. What it makes and in which order is in `deploy/steps.ts`.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { exemptLoopback } from "../sdk/src/cli/loopback.ts";
import { ensureConsole } from "./console-build.ts";
import { look } from "./deploy/account.ts";
import { DeployError } from "./deploy/deploy-error.ts";
import { dryRun } from "./deploy/dry-run.ts";
import { cleanLogin } from "./deploy/login.ts";
import { readOptions, USAGE, type Options } from "./deploy/options.ts";
import { planOf } from "./deploy/plan.ts";
import { checkProviderKeys, checkSealingKey, providerKeysIn } from "./deploy/secrets.ts";
import { deploy, refuseForeign } from "./deploy/steps.ts";
import { COMPILED, wranglerFor } from "./deploy/wrangler.ts";
import { StartError, untilHealthy } from "./health.ts";
import { ROOT } from "./local-key.ts";

exemptLoopback();
try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
  } else {
    await main(options);
  }
} catch (error) {
  if (error instanceof DeployError) {
    console.error(error.message);
    process.exitCode = error.exitCode;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}

async function main(options: Options): Promise<void> {
  checkSealingKey(process.env);
  const env = cleanLogin(process.env);
  // Wrangler reads its own file; loading it takes a second, which a wrong command line need not wait for.
  enableCompileCache(COMPILED);
  const { readTarget } = await import("./deploy/target.ts");
  const target = readTarget(join(ROOT, "wrangler.toml"), options.environment);
  const wrangler = wranglerFor(target, env);
  const here = providerKeysIn(env);
  const providerKeys = options.providerKeys ? here : [];
  checkProviderKeys(providerKeys, env);
  await ensureConsole();
  if (options.dryRun) {
    for (const line of await dryRun(target, providerKeys, options, wrangler)) {
      console.log(line);
    }
    return;
  }
  const found = await look(wrangler, target);
  refuseForeign(target, found);
  console.log("To be done, in this order:");
  console.log(planOf(target, found, providerKeys, options).join("\n"));
  if (here.length > 0 && !options.providerKeys) {
    console.log(`Set here, and put with --provider-keys only: ${here.join(", ")}.`);
  }
  if (!options.yes && !process.stdin.isTTY) {
    throw new DeployError("Cannot ask for confirmation without a terminal: add --yes to continue.");
  }
  if (!options.yes && !(await confirmed())) {
    console.log("Nothing was made.");
    return;
  }
  const url = await deploy(target, found, providerKeys, options, {
    wrangler,
    env,
    say: (line) => console.log(line),
    untilHealthy: (at) => healthy(at, options.waitMs),
  });
  console.log(`Opspawn serves ${url}`);
}

async function confirmed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(?:es)?$/i.test(await terminal.question("Go on? [y/N] "));
  } finally {
    terminal.close();
  }
}

/** A new address takes a while to be known everywhere. @throws DeployError */
async function healthy(url: string, waitMs: number): Promise<void> {
  try {
    const patience = { waitMs, unhealthyMs: waitMs, pollMs: 1000 };
    await untilHealthy(url, new AbortController().signal, patience);
  } catch (error) {
    if (error instanceof StartError) {
      throw new DeployError(
        `The Worker is deployed, and ${url}/health does not say that it is well: look at \`npx wrangler tail\`, and run the same command again.`,
      );
    }
    throw error;
  }
}
