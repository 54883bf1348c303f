/** A deployment from the command line: looks, shows the plan, asks, and does it. */
import { createInterface } from "node:readline/promises";
import { StartError, untilHealthy } from "../health.ts";
import { look } from "./account.ts";
import { DeployError } from "./deploy-error.ts";
import { dryRun } from "./dry-run.ts";
import { cleanLogin } from "./login.ts";
import type { Options } from "./options.ts";
import { planOf } from "./plan.ts";
import { checkProviderKeys, checkSealingKey, providerKeysIn } from "./secrets.ts";
import { deploy, refuseForeign } from "./steps.ts";
import { wranglerFor } from "./wrangler.ts";

/**
 * Deploys the project of a wrangler configuration. Prints what it does.
 * @param prepare makes what the bundle needs; not called for a wrong command line
 * @throws DeployError
 */
export async function runDeployment(
  config: string,
  given: Options,
  prepare: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  checkSealingKey(process.env);
  const env = cleanLogin(process.env);
  const options = withoutKeyInLogs(given);
  const { readTarget } = await import("./target.ts");
  const target = readTarget(config, options.environment);
  const wrangler = wranglerFor(target, env);
  const here = providerKeysIn(env);
  const providerKeys = options.providerKeys ? here : [];
  checkProviderKeys(providerKeys, env);
  await prepare();
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

/** The log of a build at Cloudflare is kept: no key is shown there, unless one is asked for. */
function withoutKeyInLogs(options: Options): Options {
  return process.env["WORKERS_CI"] !== undefined && options.key === "first"
    ? { ...options, key: "none" }
    : options;
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
