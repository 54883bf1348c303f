/**
 * The service as a child process: the built Worker in the local runtime, in a process group of its
 * own, quiet, with its output in a file. Nothing of it outlives this program, even if this program
 * is killed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { neutralise } from "../sdk/src/cli/terminal-text.ts";
import { ROOT } from "./local-key.ts";
import { workerFolder } from "./local/build.ts";
import type { ServeJob } from "./local/serve.ts";
import { startSentence } from "./project/start-check.ts";
import { readWorker } from "./local/worker.ts";
import { isSetting } from "./settings.ts";

/** A child with its whole process group. */
export interface Group {
  /** Settles when the child has ended and its group with it; says how it ended. */
  readonly ended: Promise<string>;
  /** Ends the group, politely at first; settles when it is gone. */
  stop(): Promise<void>;
  /** Sends a message to the child; resolves with its answer, an error's text or null. */
  ask(message: string): Promise<string | null>;
}

export interface ServiceGroup extends Group {
  /** Replaces the Worker that runs with the one built last. @throws Error if it does not start */
  reload(): Promise<void>;
}

const TAIL_LINES = 20;
const STOP_MS = 3000;

/** Starts the Worker built in this state folder; its vars are these settings and nothing else. */
export async function startService(
  port: number,
  state: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServiceGroup> {
  const file = join(state, "start.json");
  const writeJob = async (): Promise<void> => {
    const worker = await readWorker(workerFolder(state));
    const job: ServeJob = { worker, port, state, vars: settings, logRequests: true };
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(job), { mode: 0o600 });
  };
  await writeJob();
  const group = startGroup(["--no-warnings", program("local/serve.ts"), file], state, file);
  return {
    ...group,
    async reload() {
      await writeJob();
      const error = await group.ask("reload");
      if (error !== null) {
        throw new Error(error);
      }
    },
  };
}

/** Starts the program that makes the state folder ready. */
export function startPreparation(state: string): Group {
  return startGroup([program("prepare-state.ts"), state], state);
}

/** Starts the program that builds the Worker into the state folder. */
export function startBuild(state: string): Group {
  return startGroup([program("local/build.ts"), state], state);
}

function program(path: string): string {
  return join(ROOT, "scripts", path);
}

/** Where the output of all of them goes. */
export function logFile(state: string): string {
  return join(state, "start.log");
}

/** What Node, SQLite and esbuild say when a disk is full. */
const DISK_FULL = /ENOSPC|no space left on device|database or disk is full/i;
/** Below this, the output itself may not have been written. */
const LEAST_FREE_BYTES = 65_536;

/** Whether the disk of a folder has no room. */
export function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LEAST_FREE_BYTES;
}

/** What to tell the user about a full disk. */
export function diskFullText(state: string): string {
  return `The disk of the state folder ${state} is full. Free some space and start again; nothing that was saved is lost.`;
}

/** Returns why a child ended: the cause, if it is a full disk, otherwise `what` and its last lines. */
export function failureText(state: string, what: string): string {
  const tail = logTail(state);
  return DISK_FULL.test(tail) || isDiskFull(state) ? diskFullText(state) : `${what}\n${tail}`;
}

/** Sources in a stack that are the library's, and not of the deployment's own code. */
const NOT_OWN = /(?:^|\/)node_modules\/|^src\/library\//;

/**
 * Returns one sentence, with file and line, on why the Worker does not start; null if its output does
 * not say so.
 * @param output what the runtime said; absent: all that it has logged
 */
export function whyNotStarted(
  state: string,
  output = readFileSync(logFile(state), "utf8"),
): string | null {
  return startSentence(output, join(workerFolder(state), "index.js"), NOT_OWN);
}

/** The last lines of that output, as plain text; only the error, if they end with one of wrangler's. */
function logTail(state: string): string {
  const text = neutralise(stripVTControlCharacters(readFileSync(logFile(state), "utf8")));
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-TAIL_LINES);
  const error = lines.findLastIndex((line) => line.startsWith("✘ [ERROR]"));
  return lines.slice(Math.max(error, 0)).join("\n");
}

/**
 * Waits for the end of its input, which comes when this program ends in whatever way, and then
 * ends the group and removes the file with the settings.
 */
const GUARD = `cat >/dev/null
rm -f "$2"
kill -s TERM -- "-$1" || exit 0
sleep 1
kill -s KILL -- "-$1"`;

function startGroup(args: readonly string[], state: string, secretFile = ""): Group {
  const log = openSync(logFile(state), "a", 0o600);
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: childEnvironment(state),
    // The leader of a new group: a Ctrl-C at the terminal reaches this program only.
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const guard = spawn("/bin/sh", ["-c", GUARD, "guard", String(child.pid), secretFile], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const finish = (how: string): void => {
    signalGroup(child.pid, "SIGKILL");
    guard.kill("SIGKILL");
    guard.stdin.destroy();
    rmSync(secretFile, { force: true });
    end(how);
  };
  child.once("error", (error) => finish(error.message));
  child.once("exit", (code, signal) => finish(signal ?? `exit code ${code}`));
  return {
    ended,
    async stop() {
      signalGroup(child.pid, "SIGTERM");
      const deadline = setTimeout(() => signalGroup(child.pid, "SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(deadline);
    },
    async ask(message) {
      const answer = once(child, "message") as Promise<[string | null]>;
      child.send(message);
      return (await answer)[0];
    },
  };
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) {
      process.kill(-leader, signal);
    }
  } catch {
    // It is gone already.
  }
}

/** What would make wrangler or Miniflare behave in another way here than elsewhere. */
const FOREIGN = /^(?:CLOUDFLARE_|CF_|WRANGLER_|MINIFLARE_|X_LOCAL_|FORCE_COLOR$)/;

function childEnvironment(state: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !FOREIGN.test(name) && !isSetting(name),
  );
  return {
    ...Object.fromEntries(own),
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_WRITE_LOGS: "false",
    // Preparing the state does not need to find other services.
    WRANGLER_REGISTRY_PATH: join(state, "registry"),
    // Without this it asks the network for a sample of `request.cf` and warns if that fails.
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    NODE_COMPILE_CACHE: join(ROOT, "node_modules", ".cache", "compile"),
  };
}
