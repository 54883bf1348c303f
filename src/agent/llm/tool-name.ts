/**
 * Maps tool names to names that providers accept. Our names may contain dots and be longer. A name
 * that all providers accept is sent unchanged. Any other name gets a substitute that depends only
 * on the name, so a conversation does not change with the offered tools.
 */
import type { ToolDescription } from "../../run/value/message.ts";
import { once } from "../../run/value/once.ts";

const FITS = /^[A-Za-z_][\w-]{0,63}$/;
/** Characters of the original name in a substitute; a hash distinguishes similar names. */
const KEPT = 54;

/** Returns a name that every provider accepts. */
export function wireName(name: string): string {
  if (FITS.test(name)) {
    return name;
  }
  const kept = name.replaceAll(/[^\w-]/g, "_").slice(0, KEPT);
  return `${/^[A-Za-z_]/.test(kept) ? "" : "_"}${kept}_${digest(name)}`;
}

/**
 * Returns a function that maps wire names of these tools to their own names. Names of other tools
 * are returned unchanged.
 */
export const ownNames = once((tools: readonly ToolDescription[]): ((name: string) => string) => {
  const own = new Map(
    tools.flatMap(({ name }) => (FITS.test(name) ? [] : [[wireName(name), name] as const])),
  );
  return (name) => own.get(name) ?? name;
});

/** Returns the wire names of these tools. */
export const wireNames = once(
  (tools: readonly ToolDescription[]): ReadonlySet<string> =>
    new Set(tools.map(({ name }) => wireName(name))),
);

/** Returns the 32-bit FNV-1a hash in base 36. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
