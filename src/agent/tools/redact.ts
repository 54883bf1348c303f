/** Hides the secrets that a call used in what it returns, before that reaches the log or a model. */

/** A shorter text is no leak, and hiding it would garble every response. */
const MIN_HIDDEN_CHARS = 4;

/** Hides secrets in a text. */
export type Hide = (text: string) => string;

/**
 * Replaces the values of these secrets in a text with their names. Finds a value as it is, as part
 * of JSON, and as part of a URL.
 * @param used values by name
 */
export function hidden(text: string, used: ReadonlyMap<string, string>): string {
  // A longer value first: it may contain a shorter one.
  const values = [...used].toSorted(([, a], [, b]) => b.length - a.length);
  let result = text;
  for (const [name, value] of values) {
    const wellFormed = value.toWellFormed();
    for (const form of new Set([
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(wellFormed),
    ])) {
      if (form.length >= MIN_HIDDEN_CHARS) {
        result = result.replaceAll(form, () => `[secret ${name}]`);
      }
    }
  }
  return result;
}

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
      const safe = hide(text);
      return safe === text ? value : safe;
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
