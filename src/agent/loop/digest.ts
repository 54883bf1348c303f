/** Node's own hash: a digest in a run must not wait for anything. */
import { hash } from "node:crypto";

/** Returns the SHA-256 of a text as UTF-8, as lower-case hex. */
export function digestOf(text: string): string {
  return hash("sha256", text, "hex");
}
