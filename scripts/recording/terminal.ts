/** A shell in a pseudo-terminal (`script` of util-linux), typed into and watched. */
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { Screen } from "./screen.ts";

const KEYS_AT_ONCE = 4;
const KEY_MS = 60;
const CTRL_C = "\u0003";

/** One terminal; its screen is kept up to date until it is closed. */
export class Terminal {
  readonly screen: Screen;
  readonly #child: ChildProcessWithoutNullStreams;
  /** Called after each piece of output. */
  onOutput: () => void = () => {};

  /** @param rcFile what the shell reads first: its prompt and the names it knows */
  constructor(columns: number, rows: number, rcFile: string, env: NodeJS.ProcessEnv) {
    this.screen = new Screen(rows);
    const shell = `stty cols ${columns} rows ${rows}; exec bash --noediting --rcfile '${rcFile}' -i`;
    this.#child = spawn("script", ["-qefc", shell, "/dev/null"], { env, stdio: "pipe" });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.screen.write(chunk.toString());
      this.onOutput();
    });
  }

  /** Types a line, a few keys at a time, and presses Enter. */
  async type(line: string): Promise<void> {
    for (let at = 0; at < line.length; at += KEYS_AT_ONCE) {
      this.#child.stdin.write(line.slice(at, at + KEYS_AT_ONCE));
      await sleep(KEY_MS);
    }
    this.#child.stdin.write("\n");
  }

  /** Waits for a text on the screen. @throws if it does not come in time */
  async until(text: string, waitMs = 60_000): Promise<void> {
    const end = Date.now() + waitMs;
    while (!this.screen.text.includes(text)) {
      if (Date.now() > end) {
        throw new Error(`"${text}" did not come; the screen shows:\n${this.screen.text}`);
      }
      await sleep(20);
    }
  }

  /** Stops the program in the foreground, leaves the shell, and waits for its end. */
  async close(): Promise<void> {
    const closed = new Promise((done) => {
      this.#child.once("close", done);
    });
    this.#child.stdin.write(CTRL_C);
    await this.until("$ ");
    await sleep(500);
    this.#child.stdin.write("exit\n");
    await closed;
  }
}
