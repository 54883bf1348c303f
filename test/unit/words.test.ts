/** The check of words: what it finds, and that it cannot pass by looking at nothing. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { avoidedIn, checkWords, occurrencesIn, WORDS_PAGE } from "../../scripts/words.ts";

const AVOIDED = avoidedIn(readFileSync(WORDS_PAGE, "utf8"));

function found(text: string): string[] {
  return occurrencesIn(text, AVOIDED).map(({ line, term }) => `${line} ${term}`);
}

test("every row of the table is read, with its replacement", () => {
  expect(AVOIDED.map(({ term }) => term)).toEqual(
    expect.arrayContaining(["whoever", "nobody", "is told", "mended", "stranger's"]),
  );
  expect(AVOIDED.every(({ instead }) => instead !== "")).toBe(true);
  expect(avoidedIn("# A page without the table")).toEqual([]);
});

test("a term is found in any case, and across the lines of a comment", () => {
  expect(found("Nobody knows.\n// The client is\n// told, for ever.")).toEqual([
    "1 nobody",
    "2 is told",
    "3 for ever",
  ]);
  expect(found("/**\n * A caller that was\n * told of it.\n */")).toEqual(["2 was told"]);
});

test("identifiers, file names and longer words are not terms", () => {
  expect(found("nobodyKnows(), 0002-a-slice-runs-beside-its-alarm.md, besides, recommend")).toEqual(
    [],
  );
});

test("the covered files are many, and none has a word to avoid", () => {
  const { files, terms, problems } = checkWords(".");
  expect(files).toBeGreaterThan(100);
  expect(terms).toBeGreaterThan(10);
  expect(problems).toEqual([]);
});
