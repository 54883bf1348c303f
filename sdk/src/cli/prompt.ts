/** Asks a person at a terminal for what a command line lacks. */
import { createInterface } from "node:readline";
import { isTerminal } from "./live-view.ts";
import type { CliEnv } from "./cli-env.ts";

/** Whether a person can be asked: input and prompt are at a terminal. */
export function canAsk({ stdin, stderr }: CliEnv): boolean {
  return stdin.isTTY === true && isTerminal(stderr);
}

/** Prompts for one line. Returns it without white space at its ends; "" at the end of the input. */
export function ask({ stdin, stderr }: CliEnv, label: string): Promise<string> {
  const lines = createInterface({ input: stdin, terminal: false });
  stderr.write(`${label}: `);
  return new Promise((resolve) => {
    lines.once("line", (line) => {
      resolve(line.trim());
      lines.close();
    });
    lines.once("close", () => resolve(""));
  });
}
