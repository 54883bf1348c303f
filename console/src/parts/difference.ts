/** Pure: how two JSON values differ, member by member. */

/** A member that differs. A side is undefined if it does not have the member. */
export interface Difference {
  /** Names on the way to it, joined by dots; "" for the whole. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Deeper members are compared as a whole. */
const MOST_DEPTH = 4;

/** Returns the innermost members that differ, in the order of the later value. */
export function differences(before: unknown, after: unknown, path = "", depth = 0): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) {
    return [];
  }
  const [old, now] = [recordOf(before), recordOf(after)];
  if (old === null || now === null || depth === MOST_DEPTH) {
    return [{ path, before, after }];
  }
  const names = new Set([...Object.keys(now), ...Object.keys(old)]);
  return Array.from(names).flatMap((name) =>
    differences(
      Object.hasOwn(old, name) ? old[name] : undefined,
      Object.hasOwn(now, name) ? now[name] : undefined,
      path === "" ? name : `${path}.${name}`,
      depth + 1,
    ),
  );
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
