/**
 * Finds words that `docs/words.md` says to avoid, in comments, messages and pages. Generated files
 * and code identifiers are not checked.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The page whose table lists the words. */
export const WORDS_PAGE = "docs/words.md";

/** Files that must not contain these words. */
const COVERED: readonly string[] = [
  "{README,CONTRIBUTING,SECURITY,CHANGELOG}.md",
  "docs/**/*.{md,json}",
  "sdk/README.md",
  "sdk/src/**/*.ts",
  "scripts/**/*.{ts,mjs}",
  "src/*.ts",
  "src/run/**/*.ts",
  "src/durable/**/*.ts",
  "src/agent/**/*.ts",
  "src/compose/**/*.ts",
  "src/crypto/**/*.ts",
  "src/api/**/*.ts",
  "src/store/**/*.ts",
  "src/queue/**/*.ts",
  "src/grpc/*.ts",
  "console/README.md",
  "console/src/**/*.{ts,tsx}",
  "src/env/**/*.ts",
];

/** Covered files that are not rewritten yet. Remove an entry once its file is clean. */
const PENDING: ReadonlySet<string> = new Set([
  "docs/testing/README.md",
  "scripts/local/worker.ts",
  "scripts/start.ts",
]);

/** A word to avoid, and what to write instead. */
interface Avoided {
  readonly term: string;
  readonly instead: string;
}

interface Occurrence extends Avoided {
  /** From 1. */
  readonly line: number;
}

/** Reads the table of the page: terms in backticks, then the replacement. */
export function avoidedIn(page: string): Avoided[] {
  const [, section = ""] = page.split("## Words to avoid");
  return Array.from(section.matchAll(/^\| (`.+`) \| (.+) \|$/gm), ([, terms = "", instead = ""]) =>
    Array.from(terms.matchAll(/`([^`]+)`/g), ([, term = ""]) => ({ term, instead })),
  ).flat();
}

/** Returns every occurrence of the terms as whole words, including across line breaks. */
export function occurrencesIn(text: string, avoided: readonly Avoided[]): Occurrence[] {
  return avoided
    .flatMap(({ term, instead }) =>
      Array.from(text.matchAll(patternOf(term)), ({ index }) => ({
        term,
        instead,
        line: text.slice(0, index).split("\n").length,
      })),
    )
    .toSorted((a, b) => a.line - b.line);
}

/** A term is not part of an identifier or a file name, and a line break may bring a comment mark. */
function patternOf(term: string): RegExp {
  const words = term.split(" ").map((word) => RegExp.escape(word));
  return new RegExp(
    String.raw`(?<![\w-])${words.join(String.raw`\s+(?:(?:\*|//)\s+)?`)}(?![\w-])`,
    "gi",
  );
}

/** Returns the files to check, relative to the root. The page itself lists the words. */
function coveredFiles(root: string): string[] {
  return globSync([...COVERED], { cwd: root, exclude: ["sdk/src/gen/**"] })
    .filter((file) => file !== WORDS_PAGE && !PENDING.has(file))
    .toSorted();
}

/** Checks the covered files that are not pending. Returns one line per problem. */
export function checkWords(root: string): { files: number; terms: number; problems: string[] } {
  const avoided = avoidedIn(readFileSync(join(root, WORDS_PAGE), "utf8"));
  const files = coveredFiles(root);
  const problems = files.flatMap((file) =>
    occurrencesIn(readFileSync(join(root, file), "utf8"), avoided).map(
      ({ line, term, instead }) => `${file}:${line}: "${term}": write ${instead}`,
    ),
  );
  return { files: files.length, terms: avoided.length, problems };
}
