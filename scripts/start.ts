/**
 * `npm start`: serves Opspawn on this machine. It makes a local key once, brings the state folder
 * and the built Worker up to date, starts the service, runs a first task through the public API,
 * and stays until Ctrl-C, when it takes the service with it. While it serves, it builds again what
 * changes in `src`.
 */
import { writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { explain } from "../sdk/src/cli/explain.ts";
import { exemptLoopback } from "../sdk/src/cli/loopback.ts";
import { showLive } from "../sdk/src/cli/live-view.ts";
import { Opspawn } from "../sdk/src/index.ts";
import { checkPort, StartError, untilHealthy } from "./health.ts";
import { isBuilt } from "./local/build.ts";
import { onSourceChange } from "./local/sources.ts";
import { ensureEncryptionKey, ensureLocalKey, readDevVars } from "./local-key.ts";
import { isReady, lockState } from "./local-state.ts";
import { onceOrphaned } from "./orphan.ts";
import {
  diskFullText,
  failureText,
  isDiskFull,
  logFile,
  startBuild,
  startPreparation,
  startService,
  whyNotStarted,
  type Group,
  type ServiceGroup,
} from "./service.ts";
import { localSettings } from "./settings.ts";
import { DEFAULT_PORT, welcome } from "./welcome.ts";

const USAGE = `Usage: npm start [-- --no-demo]

Serves Opspawn at http://127.0.0.1:${DEFAULT_PORT} and runs a first task.

  --no-demo      serve only
  PORT           another port
  OPSPAWN_STATE  another folder for the state (default .wrangler/state)

Settings in .dev.vars or the environment, such as OPENAI_API_KEY, reach the service.`;

const DEMO_GOAL = "What is 17% of 2,340, and what time is it?";
const CRON_MS = 60_000;

exemptLoopback();

// A closed pipe for the output does not end the service.
process.stdout.on("error", () => null);

/** The children that run now, so that a signal at any moment ends them. */
const running = new Set<Group>();
const stopping = new AbortController();

const interrupted = new Promise<never>((_, reject) => {
  const stop = () => {
    stopping.abort();
    reject(stopping.signal.reason as Error);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, stop);
  }
  onceOrphaned(stop);
});

try {
  await Promise.race([interrupted, start()]);
} catch (error) {
  if (stopping.signal.aborted) {
    console.log("\nStopping …");
  } else if (error instanceof StartError) {
    console.error(error.message);
    process.exitCode = error.exitCode;
  } else if (isSystemError(error)) {
    console.error(
      `Opspawn cannot use its files: ${error.message}. The state folder is OPSPAWN_STATE (default .wrangler/state); it must be writable, and the disk must have room.`,
    );
    process.exitCode = 1;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
stopping.abort();
await Promise.all(Array.from(running, (group) => group.stop()));
// The first task may still be waiting for a service that is gone.
process.exit();

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
  if (isDiskFull(state)) {
    throw new StartError(diskFullText(state));
  }
  writeFileSync(logFile(state), "", { mode: 0o600 });
  const key = ensureLocalKey();
  ensureEncryptionKey();
  await prepare(state, key);
  const service = await serve(port, state);
  await Promise.race([failedStart(service, state), untilHealthy(url, stopping.signal)]);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`Opspawn serves ${url} (ready in ${seconds} s)\n`);
  keepTime(url);
  const taskId = demo
    ? await Promise.race([deathOf(service, state), runDemo(new Opspawn({ url, key }))])
    : null;
  rebuildOnChange(service, state);
  console.log(welcome(url, key, taskId, shown(logFile(state))));
  await deathOf(service, state);
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

async function prepare(state: string, key: string): Promise<void> {
  const steps = [
    ...(isReady(state, key) ? [] : [[startPreparation, "prepared"] as const]),
    ...(isBuilt(state) ? [] : [[startBuild, "built"] as const]),
  ];
  if (steps.length > 0) {
    console.log(`Preparing ${shown(state)} …`);
  }
  await Promise.all(
    steps.map(async ([begin, done]) => {
      const how = await track(begin(state)).ended;
      if (how !== "exit code 0") {
        throw failure(state, `The service in ${shown(state)} could not be ${done} (${how}):`);
      }
    }),
  );
}

async function serve(port: number, state: string): Promise<ServiceGroup> {
  stopping.signal.throwIfAborted();
  console.log("Starting …");
  const settings = localSettings(port, readDevVars(), process.env);
  const service = track(await startService(port, state, settings));
  try {
    // Checked here while the service starts, since it could only log what is wrong with them.
    const { configOf } = await import("../src/env/config.ts");
    configOf(settings);
    return service;
  } catch (error) {
    const isTheirs = error instanceof Error && error.name === "SettingError";
    throw isTheirs ? new StartError(error.message) : error;
  }
}

function track<T extends Group>(group: T): T {
  running.add(group);
  void group.ended.then(() => running.delete(group));
  return group;
}

/** Builds and reloads the Worker whenever its sources change; prints why one does not build. */
function rebuildOnChange(service: ServiceGroup, state: string): void {
  let last = Promise.resolve();
  const changed = () => {
    last = last
      .then(() => rebuild(service, state))
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) {
          console.error(error instanceof StartError ? error.message : error);
        }
      });
  };
  onSourceChange(changed);
  // A change while the service started was not watched.
  changed();
}

async function rebuild(service: ServiceGroup, state: string): Promise<void> {
  if (stopping.signal.aborted || isBuilt(state)) {
    return;
  }
  console.log("\nThe source has changed: building …");
  const how = await track(startBuild(state)).ended;
  if (how !== "exit code 0") {
    throw failure(state, "It does not build; the service runs as before:");
  }
  try {
    await service.reload();
  } catch (error) {
    const { message } = error as Error;
    throw new StartError(
      `The new Worker does not start: ${whyNotStarted(state, message) ?? message}`,
    );
  }
  console.log("Reloaded.");
}

/** Fails if the service ends before it is healthy, with a sentence if its code is the cause. */
async function failedStart(service: Group, state: string): Promise<never> {
  await service.ended;
  const sentence = whyNotStarted(state);
  return sentence === null ? deathOf(service, state) : Promise.reject(new StartError(sentence));
}

/** Never settles but by failing: the service is not meant to end by itself. */
async function deathOf(service: Group, state: string): Promise<never> {
  const how = await service.ended;
  throw failure(
    state,
    `The service ended (${how}). Its last lines, from ${shown(logFile(state))}:`,
  );
}

/** Returns the error of a child that ended, with its last lines or the cause in a sentence. */
function failure(state: string, what: string): StartError {
  return new StartError(failureText(state, what));
}

/** Runs the first task on the screen; its failure is shown and does not end the service. */
async function runDemo({ tasks }: Opspawn): Promise<string | null> {
  try {
    const { id: taskId } = await tasks.create({ input_data: { goal: DEMO_GOAL } });
    await showLive(tasks.watch(taskId), process.stdout, stopping.signal);
    return taskId;
  } catch (error) {
    console.error(`The first task did not run. ${explain(error)}`);
    return null;
  }
}

/** Triggers the reconciler each minute, as the platform's cron does for a deployment. */
function keepTime(url: string): void {
  const trigger = () => void fetch(`${url}/cdn-cgi/local/scheduled`).catch(() => null);
  setInterval(trigger, CRON_MS).unref();
}

/** Whether the operating system refused something, such as a full disk or a missing permission. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** A path as the user would type it. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
