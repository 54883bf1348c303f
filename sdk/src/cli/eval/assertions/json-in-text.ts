/** Finds JSON in answers. */

/** Most places that are tried, so that a text of many brackets takes no time. */
const MAX_STARTS = 1000;
const MAX_CHARS = 1_000_000;

/** Returns the value of a text that is JSON, as a list of at most one. */
export function jsonIn(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

/** Returns the objects and lists within a text, outermost first. */
export function jsonValues(text: string): readonly unknown[] {
  const whole = text.slice(0, MAX_CHARS);
  const found: unknown[] = [];
  let at = 0;
  for (let tries = 0; tries < MAX_STARTS; tries += 1) {
    const start = whole.slice(at).search(/[{[]/);
    if (start === -1) {
      return found;
    }
    const end = endOf(whole, at + start);
    const values = end === null ? [] : jsonIn(whole.slice(at + start, end));
    found.push(...values);
    at = values.length > 0 && end !== null ? end : at + start + 1;
  }
  return found;
}

/** Returns the position after the bracket that closes the one at `start`, or null. */
function endOf(text: string, start: number): number | null {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isText) {
      if (character === "\\") {
        at += 1;
      } else if (character === '"') {
        isText = false;
      }
    } else if (character === '"') {
      isText = true;
    } else if (character === "{" || character === "[") {
      depth += 1;
    } else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) {
        return at + 1;
      }
    }
  }
  return null;
}
