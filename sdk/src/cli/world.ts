/** What a command has around it: arguments aside, all that it reads and writes. */
import type { Output } from "./live-view.ts";

export interface World {
  /** How the program is called, for texts that say what to type. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Out;
  readonly stderr: Output;
  /** Where the profiles are; null: there are none. */
  readonly configFile: string | null;
  /** The key where nothing else names one; null: there is none. */
  readonly defaultKey: () => string | null;
  /** Calls a function at each Ctrl-C from now on. */
  readonly onInterrupt: (act: () => void) => void;
  /** Ends the program at once. */
  readonly exit: (code: number) => never;
}

/** Where results go. */
export interface Out extends Output {
  /** Writes and waits until there is room for more. @throws ReaderGone if nobody reads any more */
  print(text: string): Promise<void>;
  /** Waits until there is room for more, or nobody reads any more. */
  room(): Promise<void>;
}

/** How a command ended, as the program's exit code. */
export const EXIT = { completed: 0, failed: 1, usage: 2, cancelled: 3, waiting: 4 } as const;

/** What a shell says of a program that Ctrl-C has ended. */
export const INTERRUPTED = 130;

/** Wrong use; its text is all that is shown. */
export class UsageError extends Error {}

/** Whoever reads the output has left, as `head` does: there is no point in going on. */
export class ReaderGone extends Error {}

/** Standard output as results go there. */
export function outputOf(stream: NodeJS.WriteStream): Out {
  let gone = false;
  stream.on("error", () => {
    gone = true;
  });
  return {
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    // What is shown live goes on without a reader: the exit code still says how it ended.
    write: (text) => gone || stream.write(text),
    room: async () => {
      if (!gone) {
        await roomIn(stream);
      }
    },
    print: async (text) => {
      if (!gone && !stream.write(text)) {
        await roomIn(stream);
      }
      if (gone || stream.destroyed) {
        throw new ReaderGone();
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
