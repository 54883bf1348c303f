/** Reads the `Idempotency-Key` header, which marks two requests as the same. */
import type { ApiContext } from "../context.ts";
import { Problem } from "./problem.ts";

/** Returns the key, quoted or not, or null without the header. @throws Problem `invalid_header` */
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
