/** Runs the command line with the real streams and signals of this process. */
import { spawn } from "node:child_process";
import { runCli } from "./cli.ts";
import { exemptLoopback } from "./loopback.ts";
import { EXIT, outputOf, type CliEnv } from "./cli-env.ts";

const SLOW_AFTER_MS = 5000;

/** Runs the command line, flushes the output and exits the process. */
export async function start(
  program: string,
  args: readonly string[],
  own: Pick<CliEnv, "configFile" | "defaultKey" | "projectProgram">,
): Promise<void> {
  exemptLoopback();
  const stdout = outputOf(process.stdout);
  // What cannot be shown on standard error can be shown nowhere.
  process.stderr.on("error", () => null);
  const code = await runCli(args, {
    ...own,
    program,
    env: process.env,
    stdin: process.stdin,
    stdout,
    stderr: process.stderr,
    onInterrupt: (act) => void process.on("SIGINT", act),
    slowAfterMs: SLOW_AFTER_MS,
    folder: process.cwd(),
    runProgram,
    exit: (status) => process.exit(status),
  });
  // Exit without waiting for closing connections, but only after the output is flushed.
  const failure = await stdout.flush();
  if (failure !== null) {
    process.stderr.write(`Cannot write the output: ${failure}.\n`);
  }
  process.exit(failure !== null && code === EXIT.completed ? EXIT.failed : code);
}

/** Exit code of a program that a signal ended, as shells report it. */
const SIGNALLED = 128;

/** Runs a program in this terminal, which sends Ctrl-C to both: only the program acts on it. */
function runProgram(args: readonly string[]): Promise<number> {
  const program = spawn(process.execPath, ["--no-warnings", ...args], { stdio: "inherit" });
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => void program.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    program.once("error", reject);
    program.once("close", (code) => resolve(code ?? SIGNALLED));
  });
}
