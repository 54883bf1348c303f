/** Versions of things as entity tags, and the condition that a client puts on a change. */
import { Problem } from "./problem.ts";

/** A version of something that was made at a moment. */
export interface Versioned {
  readonly version: number;
  readonly created_at: string;
}

/** Of version and birth: what was deleted and made again is not what it was. */
export function etagOf({ version, created_at }: Versioned): string {
  return `"${version}-${Date.parse(created_at).toString(36)}"`;
}

/**
 * The version that a change is for; null where any will do.
 * @param current reads the thing, where there is a condition
 * @param what what it is, for people
 * @throws Problem `precondition_failed`
 */
export async function expectedVersion(
  header: string | undefined,
  current: () => Promise<Versioned>,
  what = "tool",
): Promise<Versioned | null> {
  if (header === undefined) {
    return null;
  }
  const version = await current();
  const tags = new Set(header.split(",").map((tag) => tag.trim()));
  if (tags.has("*")) {
    return null;
  }
  if (!tags.has(etagOf(version))) {
    throw new Problem("precondition_failed", `The ${what} is at another version.`, {
      headers: { ETag: etagOf(version) },
    });
  }
  return version;
}
