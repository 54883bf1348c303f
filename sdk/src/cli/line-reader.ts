/**
 * Reads lines that a person types, or that are piped in. At a terminal, each line is read by a reader
 * of its own, so that Ctrl-C reaches the process while no line is read.
 */
import { createInterface } from "node:readline";
import { canAsk } from "./prompt.ts";
import type { CliEnv } from "./cli-env.ts";

/** Reads the lines of one input. */
export class LineReader {
  readonly #cli: Pick<CliEnv, "stdin" | "stderr">;
  readonly #piped: AsyncIterator<string> | null;

  constructor(cli: CliEnv) {
    this.#cli = cli;
    const isPiped = !canAsk(cli);
    this.#piped = isPiped
      ? createInterface({ input: cli.stdin, terminal: false })[Symbol.asyncIterator]()
      : null;
  }

  /** Whether a person types the lines. */
  get isTyped(): boolean {
    return this.#piped === null;
  }

  /** Returns the next line without white space at its ends; null at the end of the input. */
  async read(prompt: string): Promise<string | null> {
    if (this.#piped !== null) {
      const { value, done } = await this.#piped.next();
      return done === true ? null : value.trim();
    }
    const lines = createInterface({ input: this.#cli.stdin, terminal: false });
    this.#cli.stderr.write(prompt);
    return new Promise((resolve) => {
      lines.once("line", (line) => {
        resolve(line.trim());
        lines.close();
      });
      lines.once("close", () => resolve(null));
    });
  }
}
