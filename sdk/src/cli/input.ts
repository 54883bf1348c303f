/** Reads what people write: files and standard input, in UTF-8, with or without a byte order mark. */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { UsageError, type CliEnv } from "./cli-env.ts";

/** The word that stands for standard input in the place of a text or a file. */
export const STDIN = "-";

/** Reads standard input to its end. @throws UsageError if it is not UTF-8 */
export async function readStdin({ stdin }: CliEnv): Promise<string> {
  return decoded("Standard input", await buffer(stdin));
}

/** Reads a file, or standard input for `-`. @throws UsageError if it is unreadable or not UTF-8 */
export async function readInput(cli: CliEnv, file: string): Promise<string> {
  if (file === STDIN) {
    return readStdin(cli);
  }
  return decoded(file, await readBytes(file));
}

/** Reads a file of any content. @throws UsageError if it is unreadable */
export async function readBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new UsageError(`Cannot read ${file}${reasonOf(error)}.`);
  }
}

/** Returns an object; an empty one for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** Why a file is unreadable, as far as it is worth a word. */
function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return ": there is no such file";
    case "EISDIR":
      return ": it is a folder";
    case "EACCES":
      return ": permission denied";
    default:
      return "";
  }
}

/** Decodes a text strictly: a replaced character would change what was meant. */
function decoded(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new UsageError(`${name} is not text in UTF-8.`);
  }
}
