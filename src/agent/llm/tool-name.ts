/**
 * Names of tools on the wire: our names may have dots and be long, the providers' may not. A name
 * that fits all of them is sent as it is; another gets a stand-in that depends on the name alone,
 * so that a conversation reads the same whatever tools are offered with it.
 */
import type { ToolDescription } from "../../run/value/message.ts";

const FITS = /^[A-Za-z_][\w-]{0,63}$/;
/** Characters of the name itself in a stand-in; the rest tells apart names that look alike. */
const KEPT = 54;

/** The name as every provider takes it. */
export function wireName(name: string): string {
  if (FITS.test(name)) {
    return name;
  }
  const kept = name.replaceAll(/[^\w-]/g, "_").slice(0, KEPT);
  return `${/^[A-Za-z_]/.test(kept) ? "" : "_"}${kept}_${digest(name)}`;
}

/** From the wire's names of these tools back to ours; what is not offered stays as the model wrote it. */
export function ownNames(tools: readonly ToolDescription[]): (name: string) => string {
  const own = new Map(
    tools.flatMap(({ name }) => (FITS.test(name) ? [] : [[wireName(name), name] as const])),
  );
  return (name) => own.get(name) ?? name;
}

/** FNV-1a, 32 bits. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
