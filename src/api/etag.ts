/** Versions of what tenants bring as entity tags, and the condition that a client puts on a change. */
import { Problem } from "./problem.ts";

/** A version of something, as a client names it. */
interface Version {
  readonly version: number;
  readonly created_at: string;
}

/** Of version and birth: a tool that was deleted and made again is not what it was. */
export function etagOf({ version, created_at }: Version): string {
  return `"${version}-${Date.parse(created_at).toString(36)}"`;
}

/**
 * The version that a change is for; null where any will do.
 * @param current reads what is to be changed, where there is a condition
 * @param what what it is, for people
 * @throws Problem `precondition_failed`
 */
export async function expectedVersion(
  header: string | undefined,
  current: () => Promise<Version>,
  what = "tool",
): Promise<Version | null> {
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
