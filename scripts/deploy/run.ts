/** A deployment from the command line: looks, shows the plan, asks, and does it. */
import { createInterface } from "node:readline/promises";
import { StartError, untilHealthy } from "../health.ts";
import { look } from "./account.ts";
import { DeployError } from "./deploy-error.ts";
import { dryRun } from "./dry-run.ts";
import { cleanLogin } from "./login.ts";
import { forBuild, type Options } from "./options.ts";
import { planOf } from "./plan.ts";
import {
  ADMIN_KEY,
  adminKeyAmong,
  adminKeyIn,
  checkProviderKeys,
  checkOwnSecrets,
  providerKeysIn,
} from "./secrets.ts";
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
  checkOwnSecrets(process.env);
  const env = cleanLogin(process.env);
  const inBuild = forBuild(given, env);
  const { readTarget } = await import("./target.ts");
  const target = readTarget(config, given.environment);
  const wrangler = wranglerFor(target, env);
  const here = providerKeysIn(env);
  const providerKeys = inBuild.providerKeys ? here : [];
  checkProviderKeys(providerKeys, env);
  await prepare();
  const ownKey = adminKeyIn(env);
  const asked = [...ownKey, ...providerKeys];
  if (inBuild.dryRun) {
    for (const line of await dryRun(target, asked, withoutFirstKey(inBuild, ownKey), wrangler)) {
      console.log(line);
    }
    return;
  }
  const found = await look(wrangler, target);
  refuseForeign(target, found);
  const options = withoutFirstKey(inBuild, [...ownKey, ...adminKeyAmong(found.secrets)]);
  console.log("To be done, in this order:");
  console.log(planOf(target, found, asked, options).join("\n"));
  if (here.length > 0 && !options.providerKeys) {
    console.log(`Set here, and put with --provider-keys only: ${here.join(", ")}.`);
  }
  if (given.key === "first" && inBuild.key === "none" && options.key === "none") {
    console.log(NO_KEY_IN_LOG);
  }
  if (!options.yes && !process.stdin.isTTY) {
    throw new DeployError("Cannot ask for confirmation without a terminal: add --yes to continue.");
  }
  if (!options.yes && !(await confirmed())) {
    console.log("Nothing was made.");
    return;
  }
  const url = await deploy(target, found, asked, options, {
    wrangler,
    env,
    say: (line) => console.log(line),
    untilHealthy: (at) => healthy(at, options.waitMs),
  });
  console.log(`Opspawn serves ${url}`);
}

const NO_KEY_IN_LOG = `No first key is made: the log of a build is kept. Set ${ADMIN_KEY}, or add --new-key at a terminal.`;

/** The deployment's own admin key takes the place of a first key. */
function withoutFirstKey(options: Options, adminKey: readonly string[]): Options {
  return adminKey.length > 0 && options.key === "first" ? { ...options, key: "none" } : options;
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
