/** Finds what a mistyped word may have meant. */

/** Letters of a word that must be right before what it begins is suggested. */
const MIN_START = 3;

/** Returns " Did you mean …?" for the nearest word, or "" if none is near. */
export function suggestion(word: string, known: readonly string[], prefix = ""): string {
  const most = Math.max(1, Math.floor(word.length / 3));
  const [nearest] = known
    .map((one) => ({ one, distance: distanceOf(word, one) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((a, b) => a.distance - b.distance);
  const begun = word.length < MIN_START ? [] : known.filter((one) => one.startsWith(word));
  const meant = nearest?.one ?? (begun.length === 1 ? begun[0] : undefined);
  return meant === undefined ? "" : ` Did you mean ${prefix}${meant}?`;
}

/** Counts the letters to insert, delete, replace or swap with their neighbour. */
function distanceOf(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    const above = rows[i - 1] ?? [];
    for (let j = 1; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          (above[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (above[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
