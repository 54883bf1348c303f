/** Runs the command line with the real streams and signals of this process. */
import { runCli } from "./cli.ts";
import { exemptLoopback } from "./loopback.ts";
import { EXIT, outputOf, type CliEnv } from "./cli-env.ts";

const SLOW_AFTER_MS = 5000;

/** Runs the command line, flushes the output and exits the process. */
export async function start(
  program: string,
  args: readonly string[],
  own: Pick<CliEnv, "configFile" | "defaultKey">,
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
    exit: (status) => process.exit(status),
  });
  // Exit without waiting for closing connections, but only after the output is flushed.
  const failure = await stdout.flush();
  if (failure !== null) {
    process.stderr.write(`Cannot write the output: ${failure}.\n`);
  }
  process.exit(failure !== null && code === EXIT.completed ? EXIT.failed : code);
}
