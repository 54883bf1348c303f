/**
 * Live view of a run: writes the output of `render.ts` to a stream. On a terminal, a status line
 * below it shows the current activity and its duration.
 */
import { TERMINAL_TYPES, type TaskEvent } from "../event.ts";
import type { ConnectionChange } from "../watch.ts";
import { RunView } from "./render.ts";
import { shorten } from "./terminal-text.ts";

/** The target of a live view: a terminal, a pipe or a file. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const TICK_MS = 100;
const MIN_COLUMNS = 30;
export const ERASE_LINE = "\r\u001b[K";

/** Whether escape sequences may be written to this stream. */
export function isTerminal(output: Output): boolean {
  return output.isTTY === true && process.env["TERM"] !== "dumb";
}

/** Whether to use colour: only on a terminal, and not if NO_COLOR is set. */
export function hasColour(output: Output): boolean {
  return isTerminal(output) && (process.env["NO_COLOR"] ?? "") === "";
}

/** Shows one run. Pass every event once, in order. */
export interface LiveView {
  show(event: TaskEvent): void;
  /** Shows that the connection is lost or back. */
  connection(change: ConnectionChange): void;
  /** Finishes the current line and stops writing. */
  end(): void;
}

/** Returns the view that suits the output. */
export function liveView(output: Output): LiveView {
  return isTerminal(output) ? new TerminalView(output) : new PlainView(output);
}

/**
 * Shows the events until they end. Returns the type of the last one, which says how the run ended.
 * Writes nothing after the signal aborts.
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

  /** A log read later should show what the run did, not the state of this connection. */
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
  /** While a line is unfinished, there is no status line to erase. */
  #midLine = false;
  #isLost = false;
  /** After the last event there is no activity to show. */
  #isOver = false;
  #ended = false;

  constructor(output: Output) {
    this.#output = output;
    this.#columns = Math.max(output.columns ?? 80, MIN_COLUMNS);
    this.#view = new RunView({ colour: hasColour(output), columns: this.#columns });
    this.#ticker = setInterval(() => this.#write(""), TICK_MS);
  }

  show(event: TaskEvent): void {
    const text = this.#view.render(event);
    if (TERMINAL_TYPES.has(event.type)) {
      this.#isOver = true;
      clearInterval(this.#ticker);
    }
    this.#write(text);
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
    if (this.#isOver) {
      return "";
    }
    const doing = this.#isLost ? "connection lost, reconnecting" : this.#view.doing;
    if (doing !== this.#doing) {
      [this.#doing, this.#since] = [doing, Date.now()];
    }
    const { until } = this.#view;
    const time =
      until === null || this.#isLost
        ? `${((Date.now() - this.#since) / 1000).toFixed(1)} s`
        : `${timeLeft(until - Date.now())} left`;
    // The time stays visible when the activity is cut.
    const room = this.#columns - 1 - time.length - " · ".length;
    return `${shorten(doing, room)} · ${time}`;
  }
}

/** Formats a duration in its two largest units, down to seconds. */
function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) {
    return `${days} d ${hours} h`;
  }
  if (hours > 0) {
    return `${hours} h ${minutes} min`;
  }
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
