/**
 * The body of the newest request of a run, with the SHA-256 of its beginning. The next request
 * repeats that beginning, so only what is new is hashed. Lives as long as a slice.
 */
import { createHash, type Hash } from "node:crypto";
import type { BodyParts } from "../llm/client.ts";

/** Maximum characters that are kept between two requests. Longer bodies are hashed whole. */
const MAX_KEPT_CHARS = 2_000_000;

/** Joins and hashes the bodies of consecutive requests. */
export class RunningBody {
  #head: string | null = null;
  #items: readonly string[] = [];
  /** Number of items in `#text` and `#hash`. */
  #count = 0;
  #text = "";
  #hash: Hash = createHash("sha256");

  /** Returns the text of a body, and its SHA-256 as lower-case hex. */
  next(parts: BodyParts): { readonly body: string; readonly sha256: string } {
    const { head, items, tail, stable } = parts;
    if (head !== this.#head || !this.#continues(items)) {
      this.#head = head;
      this.#count = 0;
      this.#text = head;
      this.#hash = createHash("sha256").update(head);
    }
    if (stable > this.#count) {
      const more = joined(items, this.#count, stable);
      this.#text += more;
      this.#hash.update(more);
      this.#count = stable;
    }
    this.#items = items;
    const rest = joined(items, this.#count, items.length) + tail;
    const body = this.#text + rest;
    const sha256 = this.#hash.copy().update(rest).digest("hex");
    if (body.length > MAX_KEPT_CHARS) {
      this.#head = null;
      this.#items = [];
      this.#text = "";
    }
    return { body, sha256 };
  }

  #continues(items: readonly string[]): boolean {
    for (let at = 0; at < this.#count; at += 1) {
      if (items[at] !== this.#items[at]) {
        return false;
      }
    }
    return true;
  }
}

/** Returns items with the commas before them; the first item of a body has none. */
function joined(items: readonly string[], from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at += 1) {
    text += at === 0 ? (items[at] ?? "") : `,${items[at] ?? ""}`;
  }
  return text;
}
