/**
 * The files of a run during a slice: their content, which the log has only by its hash. A request
 * is composed without waiting, so they are loaded before.
 */
import {
  isText,
  textBlock,
  textOf,
  type Attachment,
  type LoadedAttachment,
} from "../../run/value/attachment.ts";
import { filesOf, type Turn } from "../../run/value/message.ts";

/** Returns the bytes of a file; null if there are none. @throws what the storage throws */
export type ReadFile = (sha256: string) => Promise<Uint8Array | null>;

/** The files of one run. */
export class RunFiles {
  readonly #files: readonly Attachment[];
  readonly #read: ReadFile;
  readonly #contents = new Map<string, string>();
  /** What was made of each turn: adapters recognise a turn that they know by its identity. */
  readonly #made = new WeakMap<Turn, Turn>();

  constructor(files: readonly Attachment[], read: ReadFile) {
    this.#files = files;
    this.#read = read;
  }

  /** Whether the content of all files is loaded. */
  get ready(): boolean {
    return this.#files.every(({ sha256 }) => this.#contents.has(sha256));
  }

  /**
   * Loads the content of all files. Returns a file that does not exist, or null.
   * @throws what the storage throws
   */
  async load(): Promise<Attachment | null> {
    for (const file of this.#files) {
      if (!this.#contents.has(file.sha256)) {
        // One after the other: each is in memory twice while it is encoded.
        const bytes = await this.#read(file.sha256);
        const content = bytes === null ? null : contentOf(file, bytes);
        if (content === null) {
          return file;
        }
        this.#contents.set(file.sha256, content);
      }
    }
    return null;
  }

  /** Returns a turn with the content of its files: text as part of its text, others as data. */
  inTurn(turn: Turn): Turn {
    const files = filesOf(turn);
    if (turn.role !== "user" || files.length === 0) {
      return turn;
    }
    const known = this.#made.get(turn);
    if (known !== undefined) {
      return known;
    }
    const { files: _files, ...rest } = turn;
    const blocks = files.filter(isText).map((file) => textBlock(file, this.#contentOf(file)));
    const loaded = files.filter((file) => !isText(file)).map((file) => this.#loaded(file));
    const made: Turn = {
      ...rest,
      text: [turn.text, ...blocks].join("\n\n"),
      ...(loaded.length > 0 && { files: loaded }),
    };
    this.#made.set(turn, made);
    return made;
  }

  #loaded(file: Attachment): LoadedAttachment {
    return { ...file, data: this.#contentOf(file) };
  }

  #contentOf({ sha256 }: Attachment): string {
    const content = this.#contents.get(sha256);
    if (content === undefined) {
      throw new Error("a request was composed before its files were loaded");
    }
    return content;
  }
}

function contentOf(file: Attachment, bytes: Uint8Array): string | null {
  return isText(file)
    ? textOf(bytes)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
