/** Versions of tools as entity tags, and the condition that a client puts on a change. */
import type { ToolVersion } from "../store/tools.ts";
import { Problem } from "./problem.ts";

/** Of version and birth: a tool that was deleted and made again is not what it was. */
export function etagOf({ version, created_at }: ToolVersion): string {
  return `"${version}-${Date.parse(created_at).toString(36)}"`;
}

/**
 * The version that a change is for; null where any will do.
 * @param current reads the tool, where there is a condition
 * @throws Problem `precondition_failed`
 */
export async function expectedVersion(
  header: string | undefined,
  current: () => Promise<ToolVersion>,
): Promise<ToolVersion | null> {
  if (header === undefined) {
    return null;
  }
  const version = await current();
  const tags = new Set(header.split(",").map((tag) => tag.trim()));
  if (tags.has("*")) {
    return null;
  }
  if (!tags.has(etagOf(version))) {
    throw new Problem("precondition_failed", "The tool is at another version.", {
      headers: { ETag: etagOf(version) },
    });
  }
  return version;
}
