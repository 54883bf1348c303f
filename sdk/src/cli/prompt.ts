/** Asks a person at a terminal for what a command line lacks. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { isTerminal } from "./live-view.ts";
import { EXIT, type CliEnv } from "./cli-env.ts";

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

/**
 * Prompts for one line at a terminal without showing it. Returns "" at the end of the input; Ctrl-C
 * exits.
 */
export function askHidden(
  { stdin, stderr, onInterrupt, exit }: CliEnv,
  label: string,
): Promise<string> {
  // readline echoes what is typed, so its output goes to a null stream.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  // Print the prompt only after echo is off.
  stderr.write(`${label}: `);
  return new Promise((resolve) => {
    // Ctrl-D ends the input without an answer.
    lines.once("close", () => resolve(""));
    const leave = () => {
      lines.close();
      stderr.write("\n");
      exit(EXIT.usage);
    };
    onInterrupt(leave);
    lines.on("SIGINT", leave);
    lines.question("", (answer) => {
      resolve(answer);
      lines.close();
      stderr.write("\n");
    });
  });
}
