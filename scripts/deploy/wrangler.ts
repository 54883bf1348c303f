/**
 * Wrangler as a program: one command a call, its answer as data. It gets secrets on its standard
 * input only, since a command line is everybody's to see, and none of the settings in our own
 * environment.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "../local-key.ts";
import { isSetting } from "../settings.ts";
import { withoutLogin } from "./login.ts";
import type { Target } from "./target.ts";

/** A line of the file in which wrangler writes down what it did. */
export interface Entry {
  readonly type: string;
  /** Of `command-failed`: Cloudflare's number for the error, where it has one. */
  readonly code?: number;
  readonly message?: string;
  /** Of `deploy`: addresses and triggers. */
  readonly targets?: readonly string[];
  readonly bundle_size?: { readonly raw_bytes: number; readonly gzip_bytes: number };
}

export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly entries: readonly Entry[];
}

/** Runs a command of wrangler for one target. */
export type Wrangler = (args: readonly string[], stdin?: string) => Promise<Answer>;

/** Where Node keeps wrangler compiled, which takes a third off its start. */
export const COMPILED = join(ROOT, "node_modules", ".cache", "compile");
/** The program of the installed wrangler. */
export const WRANGLER = fileURLToPath(import.meta.resolve("wrangler"));

/** The installed wrangler. */
export function wranglerFor(
  { config, environment }: Pick<Target, "config" | "environment">,
  env: NodeJS.ProcessEnv = process.env,
): Wrangler {
  return async (args, stdin = "") => {
    const folder = mkdtempSync(join(tmpdir(), "opspawn-deploy-"));
    const file = join(folder, "output.ndjson");
    try {
      const where = [`--config=${config}`, `--env=${environment}`];
      const child = spawn(process.execPath, ["--no-warnings", WRANGLER, ...args, ...where], {
        cwd: ROOT,
        env: { ...childEnvironment(env), WRANGLER_OUTPUT_FILE_PATH: file },
        stdio: ["pipe", "pipe", "pipe"],
      });
      // A command that does not read its input may end before it is written.
      child.stdin.on("error", () => null).end(stdin);
      const [stdout, stderr, ok] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise<boolean>((settle, reject) => {
          child.once("error", reject).once("close", (code) => settle(code === 0));
        }),
      ]);
      return {
        ok,
        stdout: stripVTControlCharacters(stdout),
        stderr: withoutLogin(stripVTControlCharacters(stderr), env),
        entries: entriesIn(file, env),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** What was written down; nothing where wrangler was stopped before it began. */
function entriesIn(file: string, env: NodeJS.ProcessEnv): Entry[] {
  try {
    const lines = withoutLogin(readFileSync(file, "utf8"), env).split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
  } catch {
    return [];
  }
}

function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Wrangler's own settings decide where it deploys; how it talks is ours to say.
  const passed = Object.entries(env).filter(
    ([name]) => !isSetting(name) && !/^(?:WRANGLER_|FORCE_COLOR$)/.test(name),
  );
  return {
    ...Object.fromEntries(passed),
    // The deployment asks for confirmation itself, once.
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_WRITE_LOGS: "false",
    NODE_COMPILE_CACHE: COMPILED,
  };
}
