/** What kind of body a server says it sends. */

/** Whether a content type is JSON, whatever it is called. */
export function isJsonType(type: string): boolean {
  return /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(essence(type));
}

/** Whether a content type is a page for people. */
export function isHtmlType(type: string): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)$/.test(essence(type));
}

/** Whether a body of this type is made of characters. */
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

/** The type without its parameters. */
function essence(type: string): string {
  return (type.split(";")[0] ?? "").trim().toLowerCase();
}
