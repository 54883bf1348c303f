/**
 * Templates: JSON whose texts hold placeholders, `{{path.to.field}}`, for values of a request. A
 * text that is exactly one placeholder becomes the value itself, with its type. Inside a longer
 * text the value becomes text. There are no expressions.
 */
import { isJsonObject, type JsonValue } from "../value/json.ts";
import { pointerTo, type JsonPointer } from "../value/json-pointer.ts";

/** A defect of a template, or a placeholder that could not be filled. */
export interface TemplateFault {
  /** JSON pointer into the template. */
  readonly pointer: string;
  readonly detail: string;
}

const PATH = String.raw`[^\s.{}]+(?:\.[^\s.{}]+)*`;
const PLACEHOLDER = new RegExp(String.raw`\{\{\s*(${PATH})\s*\}\}`, "g");
const WHOLE = new RegExp(String.raw`^\{\{\s*(${PATH})\s*\}\}$`);

/**
 * Maximum characters of JSON that all placeholders together insert: small requests must stay small.
 */
const MAX_FILLED_CHARS = 2_000_000;
const MAX_FAULTS = 50;

/** Returns whether a text holds a placeholder, well-formed or not. */
export function hasPlaceholder(text: string): boolean {
  return text.includes("{{");
}

/** Returns the malformed placeholders, which no request can fill. */
export function templateFaults(template: JsonValue): TemplateFault[] {
  const faults: TemplateFault[] = [];
  mapTexts(template, "", (text, pointer) => {
    if (hasPlaceholder(text.replaceAll(PLACEHOLDER, ""))) {
      faults.push({
        pointer,
        detail: "has a {{ that does not begin a placeholder such as {{path.to.field}}",
      });
    }
    return text;
  });
  return faults;
}

/**
 * Fills every placeholder. The faults name the missing and the oversized values, `MAX_FAULTS` at
 * most.
 */
export function fill(
  template: JsonValue,
  context: JsonValue,
): { readonly value: JsonValue; readonly faults: readonly TemplateFault[] } {
  const faults: TemplateFault[] = [];
  const sizes = new Map<string, number>();
  let room = MAX_FILLED_CHARS;
  const value = mapTexts(template, "", (text, pointer) => {
    const look = (path: string): JsonValue => {
      const found = valueAt(context, path);
      const size = sizes.get(path) ?? JSON.stringify(found ?? null).length;
      sizes.set(path, size);
      room -= size;
      const detail =
        found === undefined
          ? `needs ${path}, which the request does not have`
          : `becomes too large with ${path}`;
      if (found !== undefined && room >= 0) {
        return found;
      }
      if (faults.length < MAX_FAULTS) {
        faults.push({ pointer, detail });
      }
      return null;
    };
    const whole = WHOLE.exec(text)?.[1];
    return whole === undefined
      ? text.replaceAll(PLACEHOLDER, (_all, path: string) => asText(look(path)))
      : look(whole);
  });
  return { value, faults };
}

/** Returns the same JSON with each text replaced. Member names stay. */
function mapTexts(
  value: JsonValue,
  pointer: JsonPointer,
  change: (text: string, pointer: JsonPointer) => JsonValue,
): JsonValue {
  if (typeof value === "string") {
    return change(value, pointer);
  }
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, i) => mapTexts(item, `${pointer}/${i}`, change));
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inside]) => {
        return [name, mapTexts(inside, pointerTo([name], pointer), change)];
      }),
    );
  }
  return value;
}

function valueAt(context: JsonValue, path: string): JsonValue | undefined {
  return path.split(".").reduce<JsonValue | undefined>(member, context);
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items: readonly JsonValue[] = value;
    return /^\d{1,9}$/.test(name) ? items[Number(name)] : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function asText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
