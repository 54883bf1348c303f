/** The environment of a command: everything it reads and writes except its arguments. */
import type { Output } from "./live-view.ts";

/** A command that the version in a project runs. */
export type ProjectCommand = "dev" | "deploy" | "doctor";

export interface CliEnv {
  /** The program name, for printed commands. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Out;
  readonly stderr: Output;
  /** Path of the profile file; null disables profiles. */
  readonly configFile: string | null;
  /** Returns the fallback key, or null. */
  readonly defaultKey: () => string | null;
  /** Registers a handler for Ctrl-C. */
  readonly onInterrupt: (act: () => void) => void;
  /** Milliseconds without a response after which a terminal shows a notice. */
  readonly slowAfterMs: number;
  /** The current folder. */
  readonly folder: string;
  /**
   * Returns the program that runs a command of the project in the current folder, with its first
   * arguments; null if there is no project.
   */
  readonly projectProgram: (command: ProjectCommand) => readonly string[] | null;
  /** Runs a Node program with this terminal. Resolves to its exit code. */
  readonly runProgram: (args: readonly string[]) => Promise<number>;
  /** Exits immediately. */
  readonly exit: (code: number) => never;
}

/** Standard output. */
export interface Out extends Output {
  /** Writes, then waits until the buffer has room. @throws OutputClosed if the reader is gone */
  print(text: string): Promise<void>;
  /** Waits until the buffer has room or the reader is gone. */
  room(): Promise<void>;
}

/** Exit codes. */
export const EXIT = {
  completed: 0,
  failed: 1,
  usage: 2,
  cancelled: 3,
  waiting: 4,
  different: 5,
} as const;

/** Conventional exit code after SIGINT. */
export const INTERRUPTED = 130;

/** Wrong usage. Its message is printed, followed by where to find help. */
export class UsageError extends Error {}

/** A request that cannot be made now, however it is written. Only its message is printed. */
export class StateError extends UsageError {}

/** Standard output takes no more: the reader closed the pipe, as `head` does, or writing failed. */
export class OutputClosed extends Error {}

/** Standard output of a process that is about to exit. */
export interface FlushableOut extends Out {
  /**
   * Waits until everything is written. Resolves to the reason if some of it was not, except that
   * the reader is gone: then everything that was wanted is read.
   */
  flush(): Promise<string | null>;
}

/** Wraps a stream so that a closed pipe, a full disk and the like are detected. */
export function outputOf(stream: NodeJS.WriteStream): FlushableOut {
  let gone = false;
  let failure: string | null = null;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    failure ??= gone || error.code === "EPIPE" ? null : error.message;
    gone = true;
  });
  return {
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    // Live output continues without a reader, so that the exit code still reports the outcome.
    write: (text) => gone || stream.write(text),
    room: async () => {
      if (!gone) {
        await roomIn(stream);
      }
    },
    flush: () =>
      new Promise((resolve) => {
        // An error event follows the callback of the write that failed.
        stream.write("", () => setImmediate(() => resolve(failure)));
      }),
    print: async (text) => {
      if (!gone && !stream.write(text)) {
        await roomIn(stream);
      }
      if (gone || stream.destroyed) {
        throw new OutputClosed();
      }
    },
  };
}

function roomIn(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const events = ["drain", "error", "close"] as const;
    const done = (): void => {
      for (const event of events) {
        stream.off(event, done);
      }
      resolve();
    };
    for (const event of events) {
      stream.on(event, done);
    }
  });
}
