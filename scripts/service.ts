/**
 * The service as a child process: `wrangler dev` in a process group of its own, quiet, with its
 * output in a file. Nothing of it outlives this program, even if this program is killed.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "./local-key.ts";
import { envFileText, isSetting } from "./settings.ts";
import { neutralise } from "../sdk/src/cli/terminal-text.ts";

/** A child with its whole process group. */
export interface Group {
  /** Settles when the child has ended and its group with it; says how it ended. */
  readonly ended: Promise<string>;
  /** Ends the group, politely at first; settles when it is gone. */
  stop(): Promise<void>;
}

const WRANGLER = fileURLToPath(import.meta.resolve("wrangler"));
const TAIL_LINES = 20;
const STOP_MS = 3000;

/** Starts `wrangler dev` on this state folder; its vars are these settings and nothing else. */
export function startService(
  port: number,
  state: string,
  settings: Readonly<Record<string, string>>,
): Group {
  // Wrangler reads the file again when wrangler.toml changes, so it stays as long as the service.
  const envFile = join(state, "start.env");
  rmSync(envFile, { force: true });
  writeFileSync(envFile, envFileText(settings), { mode: 0o600 });
  return startGroup(
    [
      "--no-warnings",
      WRANGLER,
      "dev",
      "--local",
      "--ip=127.0.0.1",
      `--port=${port}`,
      `--persist-to=${state}`,
      `--env-file=${envFile}`,
      "--inspector-port=0",
      "--show-interactive-dev-session=false",
    ],
    state,
    envFile,
  );
}

/** Starts the program that makes the state folder ready. */
export function startPreparation(state: string): Group {
  return startGroup([join(ROOT, "scripts", "prepare-state.ts"), state], state);
}

/** Where the output of both goes. */
export function logFile(state: string): string {
  return join(state, "start.log");
}

/** The last lines of that output, as plain text. */
export function logTail(state: string): string {
  const text = neutralise(stripVTControlCharacters(readFileSync(logFile(state), "utf8")));
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-TAIL_LINES).join("\n");
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
    stdio: ["ignore", log, log],
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

/** What would make wrangler behave in another way here than elsewhere. */
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
    // Services on one machine do not need to find each other.
    WRANGLER_REGISTRY_PATH: join(state, "registry"),
    // Without these the start asks the network for a sample of `request.cf` and warns if it fails.
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    // Both are open to whoever reaches the port, and cost half a second.
    X_LOCAL_EXPLORER: "false",
    X_LOCAL_OBSERVABILITY: "false",
    NODE_COMPILE_CACHE: join(ROOT, "node_modules", ".cache", "compile"),
  };
}
