/**
 * A run on the screen while it happens: what `render.ts` says, written to a stream, and on a
 * terminal below it one line that is rewritten with what goes on right now and for how long.
 */
import type { TaskEvent } from "../event.ts";
import type { ConnectionChange } from "../watch.ts";
import { RunView } from "./render.ts";
import { shorten } from "./terminal-text.ts";

/** What a live view writes to: a terminal, a pipe or a file. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const TICK_MS = 100;
const MIN_COLUMNS = 30;
export const ERASE_LINE = "\r\u001b[K";

/** Whether escape sequences may go to this stream. */
export function isTerminal(output: Output): boolean {
  return output.isTTY === true && process.env["TERM"] !== "dumb";
}

/** Whether colour is welcome: never in a pipe or a file, nor where NO_COLOR asks for none. */
export function hasColour(output: Output): boolean {
  return isTerminal(output) && (process.env["NO_COLOR"] ?? "") === "";
}

/** Shows one run; give it every event once, in order. */
export interface LiveView {
  show(event: TaskEvent): void;
  /** Says that the connection is lost, or stands again. */
  connection(change: ConnectionChange): void;
  /** Ends the line that is under way; nothing is written after it. */
  end(): void;
}

/** The view that an output can have. */
export function liveView(output: Output): LiveView {
  return isTerminal(output) ? new TerminalView(output) : new PlainView(output);
}

/**
 * Shows the events until they end; the type of the last one says how the run ended. Once the
 * signal is given nothing more is written.
 */
export async function showLive(
  events: AsyncIterable<TaskEvent>,
  output: Output,
  signal?: AbortSignal,
): Promise<string | null> {
  const live = liveView(output);
  signal?.addEventListener("abort", () => live.end());
  if (signal?.aborted === true) {
    live.end();
  }
  let last: string | null = null;
  try {
    for await (const event of events) {
      live.show(event);
      last = event.type;
    }
  } finally {
    live.end();
  }
  return last;
}

class PlainView implements LiveView {
  readonly #output: Output;
  readonly #view = new RunView({ colour: false });
  #ended = false;

  constructor(output: Output) {
    this.#output = output;
  }

  show(event: TaskEvent): void {
    const text = this.#view.render(event);
    if (!this.#ended && text !== "") {
      this.#output.write(text);
    }
  }

  /** What is written here is read later: it says what happened, not what was seen of it. */
  connection(): void {}

  end(): void {
    if (!this.#ended && this.#view.midLine) {
      this.#output.write("\n");
    }
    this.#ended = true;
  }
}

class TerminalView implements LiveView {
  readonly #output: Output;
  readonly #columns: number;
  readonly #view: RunView;
  readonly #ticker: NodeJS.Timeout;
  #doing = "";
  #since = Date.now();
  /** While a line of text is unfinished there is no status line, and nothing to erase. */
  #midLine = false;
  #isLost = false;
  #ended = false;

  constructor(output: Output) {
    this.#output = output;
    this.#columns = Math.max(output.columns ?? 80, MIN_COLUMNS);
    this.#view = new RunView({ colour: hasColour(output), columns: this.#columns });
    this.#ticker = setInterval(() => this.#write(""), TICK_MS);
  }

  show(event: TaskEvent): void {
    this.#write(this.#view.render(event));
  }

  connection({ state }: ConnectionChange): void {
    this.#isLost = state === "lost";
    this.#write(this.#view.interrupt());
  }

  end(): void {
    clearInterval(this.#ticker);
    if (!this.#ended) {
      this.#output.write(this.#midLine ? "\n" : ERASE_LINE);
    }
    this.#ended = true;
  }

  #write(text: string): void {
    if (this.#ended) {
      return;
    }
    const erase = this.#midLine ? "" : ERASE_LINE;
    this.#midLine = this.#view.midLine;
    this.#output.write(`${erase}${text}${this.#midLine ? "" : this.#status()}`);
  }

  #status(): string {
    const doing = this.#isLost ? "connection lost, trying again" : this.#view.doing;
    if (doing !== this.#doing) {
      [this.#doing, this.#since] = [doing, Date.now()];
    }
    const seconds = (Date.now() - this.#since) / 1000;
    return shorten(`${doing} · ${seconds.toFixed(1)} s`, this.#columns - 1);
  }
}
