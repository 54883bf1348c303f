/**
 * `npm start`: serves Opspawn on this machine. It makes a local key once, brings the state folder
 * up to date, starts the service, runs a first task through the public API, and stays until
 * Ctrl-C, when it takes the service with it.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client } from "./client.ts";
import { explain } from "./explain.ts";
import { showLive } from "./live-view.ts";
import { ensureLocalKey, readDevVars } from "./local-key.ts";
import { isReady, lockState } from "./local-state.ts";
import { logFile, logTail, startPreparation, startService, type Group } from "./service.ts";
import { settingsFrom } from "./settings.ts";

const USAGE = `Usage: npm start [-- --no-demo]

Serves Opspawn at http://127.0.0.1:8787 and runs a first task.

  --no-demo      serve only
  PORT           another port
  OPSPAWN_STATE  another folder for the state (default .wrangler/state)

Settings in .dev.vars or the environment, such as OPENAI_API_KEY, reach the service.`;

const DEMO_GOAL = "What is 17% of 2,340, and what time is it?";
const DEFAULT_PORT = 8787;
const HEALTH_MS = 60_000;
const POLL_MS = 100;
const CRON_MS = 60_000;

/** Something that the user can mend; its text is all that is shown. */
class StartError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "StartError";
    this.exitCode = exitCode;
  }
}

/** Whatever runs now, so that a signal at any moment ends it. */
let running: Group | null = null;
const stopping = new AbortController();

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      stopping.abort();
      reject(stopping.signal.reason as Error);
    });
  }
});

try {
  await Promise.race([interrupted, start()]);
} catch (error) {
  if (!stopping.signal.aborted) {
    if (!(error instanceof StartError)) {
      throw error;
    }
    console.error(error.message);
    process.exitCode = error.exitCode;
  } else if (running !== null) {
    console.log("\nStopping …");
  }
} finally {
  stopping.abort();
  await (running as Group | null)?.stop();
}

async function start(): Promise<void> {
  const demo = readArguments();
  if (demo === null) {
    console.log(USAGE);
    return;
  }
  const port = readPort(process.env["PORT"]);
  const state = resolve(process.env["OPSPAWN_STATE"] || ".wrangler/state");
  const url = `http://127.0.0.1:${port}`;
  const startedAt = Date.now();
  await checkPort(port);
  if (!lockState(state)) {
    throw new StartError(
      `Another \`npm start\` serves the state in ${shown(state)}. Stop it, or choose another folder: OPSPAWN_STATE=.wrangler/state-${port} PORT=${port} npm start`,
    );
  }
  writeFileSync(logFile(state), "", { mode: 0o600 });
  const key = ensureLocalKey();
  await prepare(state, key);
  const service = await serve(port, state);
  await Promise.race([
    ended(service, state),
    healthy(url).then(() => present({ url, key, state, demo, startedAt })),
  ]);
  await ended(service, state);
}

/** Whether to run the first task; null where only the usage was asked for. */
function readArguments(): boolean | null {
  try {
    const { values } = parseArgs({
      options: { "no-demo": { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    return values.help === true ? null : values["no-demo"] !== true;
  } catch (error) {
    const [sentence] = (error as Error).message.split(". ");
    throw new StartError(`${sentence}. \`npm start -- --help\` lists what there is.`, 2);
  }
}

function readPort(text: string | undefined): number {
  const port = text === undefined || text === "" ? DEFAULT_PORT : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartError(`PORT must be a number from 1 to 65535, and it is ${text}.`, 2);
  }
  return port;
}

/** Wrangler would take another port in silence. */
async function checkPort(port: number): Promise<void> {
  const { promise, resolve: settle } = Promise.withResolvers<NodeJS.ErrnoException | null>();
  const probe = createServer().once("error", settle);
  probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => settle(null)));
  const error = await promise;
  if (error?.code === "EADDRINUSE") {
    const next = port < 65_535 ? port + 1 : DEFAULT_PORT;
    throw new StartError(
      `Port ${port} is taken. Stop what uses it, or choose another: PORT=${next} npm start`,
    );
  }
  if (error !== null) {
    throw new StartError(`Port ${port} cannot be used: ${error.message}.`);
  }
}

async function prepare(state: string, key: string): Promise<void> {
  if (isReady(state, key)) {
    return;
  }
  console.log(`Preparing ${shown(state)} …`);
  running = startPreparation(state);
  const how = await running.ended;
  running = null;
  if (how !== "exit code 0") {
    throw new StartError(
      `The state in ${shown(state)} could not be prepared (${how}):\n${logTail(state)}`,
    );
  }
}

async function serve(port: number, state: string): Promise<Group> {
  stopping.signal.throwIfAborted();
  console.log("Starting …");
  try {
    running = startService(port, state, settingsFrom(readDevVars(), process.env));
  } catch (error) {
    throw error instanceof RangeError ? new StartError(error.message) : error;
  }
  return running;
}

async function ended(service: Group, state: string): Promise<never> {
  const how = await service.ended;
  running = null;
  throw new StartError(
    `The service ended (${how}). Its last lines, from ${shown(logFile(state))}:\n${logTail(state)}`,
  );
}

async function healthy(url: string): Promise<void> {
  const deadline = Date.now() + HEALTH_MS;
  let last = "it gave no answer";
  while (Date.now() < deadline) {
    try {
      const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) });
      if (answer.status === 200) {
        return;
      }
      last = `${answer.status} ${await answer.text()}`;
    } catch {
      // Not listening yet.
    }
    await sleep(POLL_MS, undefined, { signal: stopping.signal });
  }
  throw new StartError(`The service did not get healthy in ${HEALTH_MS / 1000} s: ${last}`);
}

interface Presentation {
  readonly url: string;
  readonly key: string;
  readonly state: string;
  readonly demo: boolean;
  readonly startedAt: number;
}

async function present({ url, key, state, demo, startedAt }: Presentation): Promise<void> {
  console.log(
    `Opspawn serves ${url} (ready in ${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`,
  );
  keepTime(url);
  const taskId = demo ? await runDemo(new Client(url, key)) : null;
  const task = taskId ?? "<task_id>";
  const address = url.endsWith(`:${DEFAULT_PORT}`) ? "" : `OPSPAWN_URL=${url} `;
  console.log(`
  API      ${url}/api/v1
  Docs     ${url}/docs
  OpenAPI  ${url}/openapi.json
  Log      ${shown(logFile(state))}

Try next, in another terminal:

  ${address}npm run task -- "What is the square root of 1,764?"

  OPSPAWN_KEY=$(sed -n 's/^OPSPAWN_LOCAL_KEY=//p' .dev.vars | tail -n 1)

  curl ${url}/api/v1/tasks \\
    -H "Authorization: Bearer $OPSPAWN_KEY" -H "Content-Type: application/json" \\
    -d '{"input_data": {"goal": "What day is it?"}}'

  curl -N ${url}/api/v1/tasks/${task}/events \\
    -H "Authorization: Bearer $OPSPAWN_KEY" -H "Accept: text/event-stream"

Ctrl-C stops the service.`);
}

/** Runs the first task on the screen; its failure is shown and does not end the service. */
async function runDemo(client: Client): Promise<string | null> {
  try {
    const { task_id: taskId } = await client.submit({ input_data: { goal: DEMO_GOAL } });
    await showLive(client.watch(taskId), process.stdout);
    return taskId;
  } catch (error) {
    console.error(`The first task did not run. ${explain(error, client.url)}`);
    return null;
  }
}

/** Deployed, the platform's clock triggers the reconciler; here nothing else would. */
function keepTime(url: string): void {
  const trigger = () => void fetch(`${url}/cdn-cgi/local/scheduled`).catch(() => null);
  setInterval(trigger, CRON_MS).unref();
}

/** A path as the user would type it. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
