/** Reads the files that a config names, relative to it. */
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readCsv } from "./csv.ts";
import { readYaml } from "./yaml.ts";

const PREFIX = "file://";

/** Returns the path of a text such as `file://tests.csv`, or null for another text. */
export function pathIn(text: unknown): string | null {
  return typeof text === "string" && text.startsWith(PREFIX) ? text.slice(PREFIX.length) : null;
}

export class Files {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads a file of data by its extension. @throws Error with the reason */
  data(path: string): unknown {
    switch (extname(path).toLowerCase()) {
      case ".yaml":
      case ".yml":
      case ".json":
        return this.yaml(path);
      case ".jsonl":
        return linesOf(this.text(path));
      case ".csv":
        return readCsv(this.text(path));
      case ".txt":
      case ".md":
        return this.text(path);
      default:
        throw new Error(
          `${path} has to be .yaml, .json, .jsonl, .csv, .txt or .md: no code is run, and no list of files expanded`,
        );
    }
  }

  yaml(path: string): unknown {
    const text = this.text(path);
    try {
      return readYaml(text);
    } catch (error) {
      throw new Error(`${path} cannot be used: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  text(path: string): string {
    // An absolute path has a third slash.
    const file = path.startsWith("/") ? fileURLToPath(`file://${encodeURI(path)}`) : path;
    try {
      const bytes = readFileSync(resolve(this.#folder, file));
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    } catch (error) {
      throw new Error(reasonOf(path, error), { cause: error });
    }
  }
}

function reasonOf(path: string, error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return `cannot read ${path}: there is no such file`;
    case "EISDIR":
      return `cannot read ${path}: it is a folder`;
    case "EACCES":
      return `cannot read ${path}: permission denied`;
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return `cannot read ${path}: it is not text in UTF-8`;
    default:
      return `cannot read ${path}`;
  }
}

function linesOf(text: string): readonly unknown[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") {
      return [];
    }
    try {
      // Also refuses the keys that YAML may not have.
      return [readYaml(line)];
    } catch (error) {
      throw new Error(`line ${i + 1} cannot be used: ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
}
