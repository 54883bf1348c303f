/** The program in its process: real streams, real signals, and an end that loses no output. */
import { runCli } from "./cli.ts";
import { outputOf, type World } from "./world.ts";

/** Runs the command line of this process and ends it. */
export async function start(
  program: string,
  args: readonly string[],
  own: Pick<World, "configFile" | "defaultKey">,
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
  // Connections that are still closing must not hold the prompt back; output must not be lost.
  process.stdout.write("", () => process.exit(code));
}
