/** The prompts of a config. */
import { recordOf } from "../../input.ts";
import type { Faults } from "./faults.ts";
import { pathIn, type Files } from "./files.ts";

/** A prompt before its variables are filled in. */
export interface PromptText {
  readonly label: string;
  readonly text: string;
}

/** A line of `---` separates several prompts in one file. */
const SEPARATOR = /^---[ \t]*\r?$/m;
/** What promptfoo assumes without prompts. */
const DEFAULT: PromptText = { label: "{{prompt}}", text: "{{prompt}}" };
const FILE = /\.(?:txt|md)$/i;
const CODE = /\.(?:[cm]?[jt]s|py|rb|sh)(?::\w+)?$/i;

/** Returns the prompts: texts, files of texts, or objects of a text or a file with a label. */
export function promptsIn(given: unknown, files: Files, faults: Faults): readonly PromptText[] {
  if (given === undefined) {
    return [DEFAULT];
  }
  const prompts = [given].flat().flatMap((one, i): readonly PromptText[] => {
    const at = `prompts[${i}]`;
    const { raw, id, label } = recordOf(one);
    const text = typeof one === "string" ? one : (raw ?? id);
    if (typeof text !== "string" || text.trim() === "") {
      faults.add(at, "must be a text, or an object with raw or id");
      return [];
    }
    const name = typeof label === "string" ? label : null;
    const path = pathIn(text) ?? (FILE.test(text) && !/\s/.test(text) ? text : null);
    if (path === null && CODE.test(text) && !/\s/.test(text)) {
      faults.add(at, "runs code, which an eval does not");
      return [];
    }
    const texts = path === null ? [text] : (faults.try(at, () => textsIn(path, files)) ?? []);
    return texts.map((each) => ({ label: name ?? each, text: each }));
  });
  if (prompts.length === 0) {
    faults.add("prompts", "there is none");
  }
  return prompts;
}

function textsIn(path: string, files: Files): readonly string[] {
  if (!FILE.test(path)) {
    throw new Error(`${path} has to be .txt or .md`);
  }
  return files
    .text(path)
    .split(SEPARATOR)
    .map((text) => text.trim())
    .filter((text) => text !== "");
}
