/** Classifies response bodies by content type. */

/** Returns whether a content type is JSON, including `+json` types. */
export function isJsonType(type: string): boolean {
  return /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(essence(type));
}

/** Returns whether a content type is HTML or XHTML. */
export function isHtmlType(type: string): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)$/.test(essence(type));
}

/** Returns whether a body of this type is text. */
export function isTextType(type: string): boolean {
  const name = essence(type);
  return (
    name.startsWith("text/") ||
    isJsonType(name) ||
    /^application\/(?:(?:[\w.-]+\+)?xml|javascript|ecmascript|graphql|sql|toml|(?:x-)?yaml|x-ndjson|jsonl|x-www-form-urlencoded)$/.test(
      name,
    )
  );
}

/** Returns the media type without its parameters, in lower case. */
function essence(type: string): string {
  return (type.split(";")[0] ?? "").trim().toLowerCase();
}
