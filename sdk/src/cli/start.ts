/** Runs the command line with the real streams and signals of this process. */
import { runCli } from "./cli.ts";
import { outputOf, type CliEnv } from "./cli-env.ts";

/** Runs the command line, flushes the output and exits the process. */
export async function start(
  program: string,
  args: readonly string[],
  own: Pick<CliEnv, "configFile" | "defaultKey">,
): Promise<void> {
  const code = await runCli(args, {
    ...own,
    program,
    env: process.env,
    stdin: process.stdin,
    stdout: outputOf(process.stdout),
    stderr: process.stderr,
    onInterrupt: (act) => void process.on("SIGINT", act),
    exit: (status) => process.exit(status),
  });
  // Exit without waiting for closing connections, but only after the output is flushed.
  process.stdout.write("", () => process.exit(code));
}
