/** The key by which a client says that two requests are the same one. */
import type { ApiContext } from "../context.ts";
import { Problem } from "./problem.ts";

/** The key of the header, quoted or not; null without one. @throws Problem */
export function idempotencyKey(c: ApiContext): string | null {
  const header = c.req.header("Idempotency-Key");
  if (header === undefined) {
    return null;
  }
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (key === "" || key.length > 255) {
    throw new Problem("invalid_header", "Idempotency-Key must have 1 to 255 characters.");
  }
  return key;
}
