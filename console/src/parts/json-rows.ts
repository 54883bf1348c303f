/** Pure: JSON as rows of a tree. Iterative, since a value may be nested deeper than the stack. */

/** A row: a value with its name, or the sum of what is left out. */
export interface JsonRow {
  /** JSON pointer of the value, which names the row. */
  readonly pointer: string;
  readonly depth: number;
  /** Name in its object or place in its array; null for the root. */
  readonly name: string | null;
  readonly value: unknown;
  /** Number of its members, if it has any. */
  readonly size: number | null;
  readonly isOpen: boolean;
  /** For a row that stands for members that are not shown: how many they are. */
  readonly omitted?: number;
}

/** Members of one value that are shown. */
const MOST_MEMBERS = 1000;
/** Values up to this many rows are open at first. */
const FEW_ROWS = 60;
const OPEN_DEPTH = 2;

interface Pending {
  readonly pointer: string;
  readonly depth: number;
  readonly name: string | null;
  readonly value: unknown;
  readonly omitted?: number;
}

/** Returns the rows of a value of which these pointers are open. */
export function rowsOf(root: unknown, open: ReadonlySet<string>): JsonRow[] {
  const rows: JsonRow[] = [];
  const stack: Pending[] = [{ pointer: "", depth: 0, name: null, value: root }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const size = sizeOf(next.value);
    const isOpen = size !== null && size > 0 && open.has(next.pointer);
    rows.push({ ...next, size, isOpen });
    if (isOpen) {
      stack.push(...membersOf(next).toReversed());
    }
  }
  return rows;
}

/** Returns what to open at first: everything of a small value, otherwise the upper levels. */
export function openAtFirst(root: unknown): Set<string> {
  const all = new Set<string>();
  const upper = new Set<string>();
  const queue: Pending[] = [{ pointer: "", depth: 0, name: null, value: root }];
  let count = 0;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    count += 1;
    if (count > FEW_ROWS && next.depth >= OPEN_DEPTH) {
      return upper;
    }
    if (sizeOf(next.value) !== null) {
      all.add(next.pointer);
      if (next.depth < OPEN_DEPTH) {
        upper.add(next.pointer);
      }
      if (count <= FEW_ROWS) {
        queue.push(...membersOf(next));
      }
    }
  }
  return count > FEW_ROWS ? upper : all;
}

/** The members of an object or array; null for anything else. */
function sizeOf(value: unknown): number | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

function membersOf({ pointer, depth, value }: Pending): Pending[] {
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.slice(0, MOST_MEMBERS).map((one, i) => [String(i), one])
    : Object.entries(value as object).slice(0, MOST_MEMBERS);
  const members: Pending[] = entries.map(([name, member]) => ({
    pointer: `${pointer}/${escaped(name)}`,
    depth: depth + 1,
    name,
    value: member,
  }));
  const omitted = (sizeOf(value) ?? 0) - entries.length;
  return omitted === 0
    ? members
    : [...members, { pointer: `${pointer}/…`, depth: depth + 1, name: null, value: null, omitted }];
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
