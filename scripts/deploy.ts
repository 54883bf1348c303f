/**
 * `npm run deploy`: the service in a Cloudflare account, by one command that can be run again at any
 * time. What it makes and in which order is in `deploy/steps.ts`.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { exemptLoopback } from "../sdk/src/cli/loopback.ts";
import { ensureConsole } from "./console-build.ts";
import { DeployError } from "./deploy/deploy-error.ts";
import { readOptions, USAGE } from "./deploy/options.ts";
import { runDeployment } from "./deploy/run.ts";
import { COMPILED } from "./deploy/wrangler.ts";
import { ROOT } from "./local-key.ts";

exemptLoopback();
try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
  } else {
    // Wrangler reads its own file; loading it takes a second, which a wrong command line need not
    // wait for.
    enableCompileCache(COMPILED);
    await runDeployment(join(ROOT, "wrangler.toml"), options, ensureConsole);
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
