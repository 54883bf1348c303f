/** Pure: which lines of a text are new and which are gone. */

/** A line of two texts: in both, only in the earlier one, or only in the later one. */
export interface DifferingLine {
  readonly kind: "same" | "old" | "new";
  readonly text: string;
}

/** Returns the lines of both texts in order: what is gone before what is new in its place. */
export function lineDifference(before: string, after: string): DifferingLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const common = commonLengths(old, now);
  const lines: DifferingLine[] = [];
  let [i, k] = [0, 0];
  while (i < old.length || k < now.length) {
    const [left, right] = [old[i], now[k]];
    if (left !== undefined && left === right) {
      lines.push({ kind: "same", text: left });
      [i, k] = [i + 1, k + 1];
    } else if (
      left !== undefined &&
      (right === undefined || lengthAt(common, i + 1, k) >= lengthAt(common, i, k + 1))
    ) {
      lines.push({ kind: "old", text: left });
      i += 1;
    } else {
      lines.push({ kind: "new", text: right ?? "" });
      k += 1;
    }
  }
  return lines;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}

/** Returns the length of the longest common subsequence of the rests from each pair of places on. */
function commonLengths(old: readonly string[], now: readonly string[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () =>
    Array.from({ length: now.length + 1 }, () => 0),
  );
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let k = now.length - 1; k >= 0; k -= 1) {
      const row = lengths[i];
      if (row !== undefined) {
        row[k] =
          old[i] === now[k]
            ? lengthAt(lengths, i + 1, k + 1) + 1
            : Math.max(lengthAt(lengths, i + 1, k), lengthAt(lengths, i, k + 1));
      }
    }
  }
  return lengths;
}

function lengthAt(lengths: readonly (readonly number[])[], i: number, k: number): number {
  return lengths[i]?.[k] ?? 0;
}
