/** Distances and overlaps of texts. */

/** Most characters that are compared: the time grows with the product of both lengths. */
const MAX_CHARS = 20_000;

/** Levenshtein distance in UTF-16 units. @throws Error for a text that is too long */
export function levenshtein(one: string, other: string): number {
  if (one.length > MAX_CHARS || other.length > MAX_CHARS) {
    throw new Error(`texts of more than ${MAX_CHARS} characters are not compared`);
  }
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/**
 * ROUGE-1 as an F-measure with clipped counts (Lin 2004), ignoring case. Words are runs of letters
 * and digits; other visible characters are words of their own.
 */
export function rouge1(candidate: string, reference: string): number {
  const [own, wanted] = [counted(wordsOf(candidate)), counted(wordsOf(reference))];
  let overlap = 0;
  for (const [word, count] of own) {
    overlap += Math.min(count, wanted.get(word) ?? 0);
  }
  if (overlap === 0) {
    return 0;
  }
  const [precision, recall] = [overlap / totalOf(own), overlap / totalOf(wanted)];
  return (2 * precision * recall) / (precision + recall);
}

/** Returns the number of words between white space. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
}

function counted(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function totalOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
