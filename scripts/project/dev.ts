/** `opspawn dev` in a project: serves it with the installed wrangler, a local database and a key. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { readTarget } from "../deploy/target.ts";
import { WRANGLER } from "../deploy/wrangler.ts";
import { prepareDatabase } from "../local-database.ts";
import { checkPort, StartError, untilHealthy } from "../health.ts";
import { ensureEncryptionKey, ensureLocalKey, readDevVars, ROOT } from "../local-key.ts";
import { localSettings } from "../settings.ts";
import { MIGRATIONS_DIR } from "./doctor.ts";
import { consoleAddress, DEFAULT_PORT } from "../welcome.ts";

/** The platform's cron does this for a deployment. */
const CRON_MS = 60_000;
const QUIET = {
  WRANGLER_SEND_METRICS: "false",
  // Without this it asks the network for a sample of `request.cf`, and warns if that fails.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/**
 * Serves the project until wrangler ends. Returns its exit code.
 * @param explain called if wrangler ends before the service was healthy: prints why the Worker does
 *   not start
 * @throws StartError
 */
export async function serveProject(
  config: string,
  args: readonly string[],
  explain: () => Promise<void>,
): Promise<number> {
  const port = portOf(args);
  await checkPort(port);
  const key = ensureLocalKey();
  ensureEncryptionKey();
  await checkSettings(port);
  const { database } = readTarget(config, "");
  console.log(`Preparing the local database ${database} …`);
  await prepareDatabase({ config, migrations: join(ROOT, MIGRATIONS_DIR), key });
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
    { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...QUIET } },
  );
  const ended = new Promise<number>((settle, reject) => {
    service.once("error", reject).once("close", (code) => settle(code ?? 1));
  });
  // Ctrl-C at a terminal reaches both; another signal only this program.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => void service.kill("SIGTERM"));
  const url = `http://127.0.0.1:${port}`;
  const stop = new AbortController();
  void ended.then(() => stop.abort());
  let isHealthy = false;
  void untilHealthy(url, stop.signal).then(
    () => {
      isHealthy = true;
      console.log(welcomeText(url, key));
    },
    (error: unknown) => {
      if (!stop.signal.aborted) {
        console.error(error instanceof Error ? error.message : error);
      }
    },
  );
  setInterval(() => void fetch(`${url}/__scheduled`).catch(() => null), CRON_MS).unref();
  const code = await ended;
  if (!isHealthy && code !== 0) {
    await explain();
  }
  return code;
}

function welcomeText(url: string, key: string): string {
  const elsewhere = url.endsWith(`:${DEFAULT_PORT}`) ? "" : `OPSPAWN_URL=${url} `;
  return `
Opspawn serves ${url}

  Console  ${consoleAddress(url, key)}
  Docs     ${url}/docs

  ${elsewhere}npx opspawn run "What is 17% of 2,340?"

Ctrl-C stops the service.
`;
}

/** The port of `--port`, of PORT, or 8787. @throws StartError if it is none */
function portOf(args: readonly string[]): number {
  const [word, ...rest] = args;
  const inline = /^--port=(.*)$/.exec(word ?? "")?.[1];
  const given = inline ?? (word === "--port" ? (rest.shift() ?? "") : undefined);
  if ((word !== undefined && given === undefined) || rest.length > 0) {
    throw new StartError(`Unknown option ${rest[0] ?? word}: there is --port.`, 2);
  }
  const text = given ?? (process.env["PORT"] || String(DEFAULT_PORT));
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new StartError(`The port must be a number from 1 to 65535, and it is ${text}.`, 2);
  }
  return port;
}

/** @throws StartError for a setting in `.dev.vars` that the service would refuse */
async function checkSettings(port: number): Promise<void> {
  const { configOf, SettingError } = await import("../../src/env/config.ts");
  try {
    configOf(localSettings(port, readDevVars(), {}));
  } catch (error) {
    throw error instanceof SettingError ? new StartError(`.dev.vars: ${error.message}`) : error;
  }
}
