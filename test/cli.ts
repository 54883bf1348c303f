/** Runs the command line in this process, without a terminal or the environment of a person. */
import { Readable } from "node:stream";
import { runCli } from "../sdk/src/cli/cli.ts";
import type { CliEnv, Out } from "../sdk/src/cli/cli-env.ts";
import type { Fake } from "./fake-service.ts";

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What surrounds a command line; by default an empty environment and a pipe. */
export interface Around {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly onInterrupt?: (act: () => void) => void;
  readonly configFile?: string | null;
  readonly columns?: number;
  readonly slowAfterMs?: number;
  /** What a person types when asked: standard input is a terminal. */
  readonly typed?: string;
  /** The current folder. */
  readonly folder?: string;
  /** The program of the project there; its arguments are printed in place of running it. */
  readonly program?: string;
  readonly defaultKey?: string;
}

/** Runs one command line in its own environment. */
export async function cli(args: readonly string[], around: Around = {}): Promise<Ended> {
  const { env, written } = cliEnvOf(around);
  return { code: await runCli(args, env), ...written };
}

/** Returns an environment, and what is written to it. */
export function cliEnvOf(around: Around): { env: CliEnv; written: { out: string; err: string } } {
  const written = { out: "", err: "" };
  const stdout: Out = {
    ...(around.columns === undefined ? {} : { isTTY: true, columns: around.columns }),
    write: (text) => {
      written.out += text;
    },
    room: async () => undefined,
    print: async (text) => {
      written.out += text;
    },
  };
  const env: CliEnv = {
    program: "opspawn",
    env: around.env ?? {},
    stdin:
      around.typed === undefined
        ? Readable.from(around.stdin === undefined ? [] : [around.stdin])
        : Object.assign(Readable.from([around.typed]), { isTTY: true }),
    stdout,
    stderr: {
      ...(around.columns === undefined ? {} : { isTTY: true, columns: around.columns }),
      write: (text) => (written.err += text),
    },
    configFile: around.configFile ?? null,
    defaultKey: () => around.defaultKey ?? null,
    folder: around.folder ?? "/nowhere",
    projectProgram: (command) => (around.program === undefined ? null : [around.program, command]),
    runProgram: async (args) => {
      written.out += `${JSON.stringify(args)}\n`;
      return 7;
    },
    onInterrupt: around.onInterrupt ?? (() => undefined),
    slowAfterMs: around.slowAfterMs ?? 60_000,
    exit: (code) => {
      throw new Error(`ended with ${code}`);
    },
  };
  return { env, written };
}

/** The environment of a shell that knows the service. */
export function envOf(fake: Fake): Record<string, string> {
  return { OPSPAWN_URL: fake.url, OPSPAWN_KEY: "opsk_env", NO_COLOR: "1", TERM: "xterm" };
}
