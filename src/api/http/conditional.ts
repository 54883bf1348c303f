/** Conditional responses: `ETag` and `If-None-Match`. */
import { sha256Hex } from "../../crypto/sha256.ts";
import type { ApiContext } from "../context.ts";

/**
 * Responds with JSON and its entity tag, or with 304 if the client has this version. The tag is a
 * hash of the response, so it is strong and changes only with visible content.
 */
export function conditionalJson(c: ApiContext, value: object) {
  return conditionalText(c, JSON.stringify(value));
}

/** Responds as `conditionalJson` does, with the text of a JSON value. */
export function conditionalText(c: ApiContext, text: string) {
  const tag = `"${sha256Hex(text).slice(0, 32)}"`;
  c.header("ETag", tag);
  return isNamed(tag, c.req.header("If-None-Match"))
    ? c.body(null, 304)
    : c.body(text, 200, { "Content-Type": "application/json" });
}

/** Responds as `conditionalText` does, with JSON that is written while it is sent. */
export function conditionalStream(
  c: ApiContext,
  version: string,
  write: () => ReadableStream<Uint8Array>,
) {
  const tag = `"${version}"`;
  c.header("ETag", tag);
  return isNamed(tag, c.req.header("If-None-Match"))
    ? c.body(null, 304)
    : c.body(write(), 200, { "Content-Type": "application/json" });
}

/** Returns the entity tags in an `If-Match` header; null without one. `*` stands for any. */
export function tagsIn(ifMatch: string | undefined): ReadonlySet<string> | null {
  return ifMatch === undefined ? null : new Set(ifMatch.split(",").map((tag) => tag.trim()));
}

/** Compares weakly, as RFC 9110 requires: a compressing proxy weakens the tag. */
function isNamed(tag: string, header: string | undefined): boolean {
  const named = new Set((header ?? "").split(",").map((one) => one.trim().replace(/^W\//, "")));
  return named.has("*") || named.has(tag);
}
