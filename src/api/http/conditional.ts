/** Answers that a client need not be sent twice: `ETag` and `If-None-Match`. */
import { sha256Hex } from "../../crypto/sha256.ts";
import type { ApiContext } from "../context.ts";

/**
 * Answers with JSON and its entity tag, or with 304 where the client has just that. The tag is made
 * of the bytes, so that it is strong and knows of no change that cannot be seen.
 */
export function conditionalJson(c: ApiContext, value: object) {
  const text = JSON.stringify(value);
  const tag = `"${sha256Hex(text).slice(0, 32)}"`;
  c.header("ETag", tag);
  return isNamed(tag, c.req.header("If-None-Match"))
    ? c.body(null, 304)
    : c.body(text, 200, { "Content-Type": "application/json" });
}

/** Compares weakly, as RFC 9110 has it: a proxy that compresses weakens the tag. */
function isNamed(tag: string, header: string | undefined): boolean {
  const named = new Set((header ?? "").split(",").map((one) => one.trim().replace(/^W\//, "")));
  return named.has("*") || named.has(tag);
}
