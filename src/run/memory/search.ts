/**
 * Full-text search of memories: words of a text, the query of SQLite's FTS5, and the same ranking for
 * a few items without an index. Free text is never a query itself: its words are quoted. Pure.
 */
import { MAX_QUERY_CHARS } from "./limits.ts";

/** Maximum words of a query. Of more, the longest are used, which are the rarest. */
const MAX_WORDS = 32;
/** Words of this length also match by their beginning: `allergies` finds `allergic`. */
const STEM_FROM = 4;
/** Share of a word that its beginning must match, and characters at least. */
const STEM_SHARE = 2 / 3;
const STEM_LEAST = 3;
/** Parameters of BM25, as FTS5 has them. */
const K1 = 1.2;
const B = 0.75;
/** Age at which an item has lost half of what it can lose by age, milliseconds: 90 days. */
const HALF_LIFE_MS = 90 * 86_400_000;

/** Scripts that write no spaces between words: pairs of characters are their words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu;

/** Returns the words of a text in order: lower case, without accents. */
export function wordsOf(text: string): string[] {
  const folded = text
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase();
  const spaced = folded.replaceAll(UNSPACED, (run) => ` ${pairs(run).join(" ")} `);
  return spaced.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function pairs(run: string): string[] {
  const characters = Array.from(run);
  return characters.length === 1
    ? characters
    : characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

/** What a query looks for: exact words, and beginnings of words. */
export interface SearchTerms {
  readonly words: readonly string[];
  readonly beginnings: readonly string[];
}

/** Returns the terms of a free text. */
export function termsOf(query: string): SearchTerms {
  const words = [...new Set(wordsOf(query.slice(0, MAX_QUERY_CHARS)))]
    .toSorted((a, b) => b.length - a.length)
    .slice(0, MAX_WORDS);
  const beginnings = words.filter((word) => word.length >= STEM_FROM).map(beginningOf);
  return { words, beginnings: [...new Set(beginnings)] };
}

function beginningOf(word: string): string {
  const characters = Array.from(word);
  return characters
    .slice(0, Math.max(STEM_LEAST, Math.ceil(characters.length * STEM_SHARE)))
    .join("");
}

/** Returns the FTS5 query of terms; null if there is nothing to look for. */
export function matchQuery({ words, beginnings }: SearchTerms): string | null {
  const phrases = [
    ...words.map((word) => `"${word}"`),
    ...beginnings.map((beginning) => `"${beginning}"*`),
  ];
  return phrases.length === 0 ? null : phrases.join(" OR ");
}

/** Returns the text of an item as it is searched. */
export function searchableText(item: {
  readonly key: string | null;
  readonly content: string;
  readonly tags: readonly string[];
}): string {
  return wordsOf([item.content, item.key ?? "", ...item.tags].join(" ")).join(" ");
}

/** A document of a scan, as its words. */
export interface Document<T> {
  readonly of: T;
  readonly text: string;
}

/** Scores documents by BM25, like FTS5. Documents without a match are left out. */
export function scan<T>(
  documents: readonly Document<T>[],
  { words, beginnings }: SearchTerms,
): { readonly of: T; readonly score: number }[] {
  const counted = documents.map(({ of, text }) => {
    const list = text === "" ? [] : text.split(" ");
    const counts = new Map<string, number>();
    for (const word of list) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return { of, length: list.length, counts };
  });
  const total = counted.reduce((sum, { length }) => sum + length, 0);
  const average = Math.max(1, total / Math.max(1, counted.length));
  const phrases = [
    ...words.map((word) => (counts: Counts) => counts.get(word) ?? 0),
    ...beginnings.map((beginning) => (counts: Counts) => countOf(counts, beginning)),
  ];
  const scores = counted.map(() => 0);
  for (const phrase of phrases) {
    const hits = counted.map(({ counts }) => phrase(counts));
    const having = hits.filter((hit) => hit > 0).length;
    const rarity = Math.log(1 + (counted.length - having + 0.5) / (having + 0.5));
    for (const [i, hit] of hits.entries()) {
      const length = counted[i]?.length ?? 0;
      const weight = (hit * (K1 + 1)) / (hit + K1 * (1 - B + (B * length) / average));
      scores[i] = (scores[i] ?? 0) + rarity * weight;
    }
  }
  return counted.flatMap(({ of }, i) => {
    const score = scores[i] ?? 0;
    return score > 0 ? [{ of, score }] : [];
  });
}

type Counts = ReadonlyMap<string, number>;

function countOf(counts: Counts, beginning: string): number {
  let sum = 0;
  for (const [word, count] of counts) {
    sum += word.startsWith(beginning) ? count : 0;
  }
  return sum;
}

/** Returns the factor by which age lowers a score: 1 for a new item, 0.5 for a very old one. */
export function recency(ageMs: number): number {
  return 0.5 + 0.5 * 2 ** (-Math.max(0, ageMs) / HALF_LIFE_MS);
}

/** A match before its age counts. */
export interface Match {
  readonly id: string;
  readonly score: number;
  /** When the item was last written, milliseconds since the epoch. */
  readonly at: number;
}

/** Returns matches with their score by relevance and age, best first; ties by id. */
export function ranked<T extends Match>(matches: readonly T[], now: number, limit: number): T[] {
  return matches
    .map((match) => ({ ...match, score: match.score * recency(now - match.at) }))
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}
