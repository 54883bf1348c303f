/** Removes the secrets that were sent to a server from its messages. */

/** Hides secrets in a text. */
export type Hide = (text: string) => string;

/**
 * Returns the value with secrets hidden in all texts, keys and numbers. It walks the value instead
 * of replacing text in its JSON, where hiding a secret made of digits could produce invalid JSON.
 */
export function cleaned<T>(said: T, hide: Hide): T {
  return clean(said, hide) as T;
}

function clean(value: unknown, hide: Hide): unknown {
  switch (typeof value) {
    case "string":
      return hide(value);
    case "number": {
      const text = String(value);
      const hidden = hide(text);
      return hidden === text ? value : hidden;
    }
    case "object":
      if (value === null) {
        return null;
      }
      return Array.isArray(value)
        ? value.map((item: unknown) => clean(item, hide))
        : Object.fromEntries(
            Object.entries(value).map(([key, item]) => [hide(key), clean(item, hide)]),
          );
    default:
      return value;
  }
}
