/** JSON pointers (RFC 6901): locations in a JSON document, as text. */

/** A location in a document. The empty text is the whole document. */
export type JsonPointer = "" | `/${string}`;

/** Returns the pointer that follows names and indexes from the root, or from `base`. */
export function pointerTo(path: readonly PropertyKey[], base: JsonPointer = ""): JsonPointer {
  return path.reduce<JsonPointer>((at, step) => `${at}/${escapedStep(step)}`, base);
}

/** Escapes one name or index for a pointer. */
function escapedStep(step: PropertyKey): string {
  return String(step).replaceAll("~", "~0").replaceAll("/", "~1");
}
