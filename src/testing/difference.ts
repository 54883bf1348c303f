/** The first difference of two JSON values. Pure. */
import type { Json } from "./contract.ts";

/** A place in two values, as a JSON pointer, and what each has there. */
export interface ValueDifference {
  readonly pointer: string;
  /** Undefined: nothing. */
  readonly expected: Json | undefined;
  readonly got: Json | undefined;
}

/** Returns where two values first differ, in the order of the expected one; null if they are equal. */
export function firstDifference(
  expected: Json | undefined,
  got: Json | undefined,
  pointer = "",
): ValueDifference | null {
  if (Object.is(expected, got)) {
    return null;
  }
  if (!isTree(expected) || !isTree(got) || Array.isArray(expected) !== Array.isArray(got)) {
    return { pointer, expected, got };
  }
  const [before, after] = [new Map(Object.entries(expected)), new Map(Object.entries(got))];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const place = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const found = firstDifference(before.get(name), after.get(name), place);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function isTree(value: Json | undefined): value is Extract<Json, object> {
  return typeof value === "object" && value !== null;
}

/** Returns a value as the JSON that it would be stored as; undefined if it has none. */
export function jsonCopy(value: unknown): Json | undefined {
  const text: unknown = JSON.stringify(value, (_name, member: unknown) =>
    member instanceof Map || member instanceof Set ? [...member] : member,
  );
  return typeof text === "string" ? (JSON.parse(text) as Json) : undefined;
}

/** Returns a value as a short text for a message. */
export function shown(value: Json | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
