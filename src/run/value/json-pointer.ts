/** JSON pointers (RFC 6901): places in a JSON document, as texts. */

/** A place in a document; the empty text is the whole document. */
export type JsonPointer = "" | `/${string}`;

/** Returns the place that is reached from the root, or from `base`, by names and indexes. */
export function pointerTo(path: readonly PropertyKey[], base: JsonPointer = ""): JsonPointer {
  return path.reduce<JsonPointer>((at, step) => `${at}/${escapedStep(step)}`, base);
}

/** Returns one name or index as a pointer writes it. */
function escapedStep(step: PropertyKey): string {
  return String(step).replaceAll("~", "~0").replaceAll("/", "~1");
}
