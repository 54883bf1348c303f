/**
 * Templates: JSON whose texts hold `{{path.to.field}}` in the place of what a request brings. A text
 * that is nothing but one placeholder becomes the value itself, with its type; within a longer text it
 * becomes text. There are no expressions.
 */
import { isJsonObject, type JsonValue } from "../value/json.ts";
import { pointerTo, type JsonPointer } from "../value/json-pointer.ts";

/** Something that is wrong with a template, or with what it was filled with. */
export interface TemplateFault {
  /** JSON pointer into the template. */
  readonly pointer: string;
  readonly detail: string;
}

const PATH = String.raw`[^\s.{}]+(?:\.[^\s.{}]+)*`;
const PLACEHOLDER = new RegExp(String.raw`\{\{\s*(${PATH})\s*\}\}`, "g");
const WHOLE = new RegExp(String.raw`^\{\{\s*(${PATH})\s*\}\}$`);

/** Characters of JSON that all placeholders together may stand for: small requests must stay small. */
const MAX_FILLED_CHARS = 2_000_000;
const MAX_FAULTS = 50;

/** Whether a text holds a placeholder, well-formed or not. */
export function hasPlaceholder(text: string): boolean {
  return text.includes("{{");
}

/** Placeholders that cannot be filled, whatever comes. */
export function templateFaults(template: JsonValue): TemplateFault[] {
  const faults: TemplateFault[] = [];
  map(template, "", (text, pointer) => {
    if (hasPlaceholder(text.replaceAll(PLACEHOLDER, ""))) {
      faults.push({ pointer, detail: "has a {{ that is no {{path.to.field}}" });
    }
    return text;
  });
  return faults;
}

/** A template with every placeholder replaced; the faults say which are missing. */
export function fill(
  template: JsonValue,
  context: JsonValue,
): { readonly value: JsonValue; readonly faults: readonly TemplateFault[] } {
  const faults: TemplateFault[] = [];
  const sizes = new Map<string, number>();
  let room = MAX_FILLED_CHARS;
  const value = map(template, "", (text, pointer) => {
    const look = (path: string): JsonValue => {
      const found = at(context, path);
      const size = sizes.get(path) ?? JSON.stringify(found ?? null).length;
      sizes.set(path, size);
      room -= size;
      const detail =
        found === undefined
          ? `needs ${path}, which the request has not`
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
      ? text.replaceAll(PLACEHOLDER, (_all, path: string) => textOf(look(path)))
      : look(whole);
  });
  return { value, faults };
}

/** The same JSON with each text replaced; names of members stay. */
function map(
  value: JsonValue,
  pointer: JsonPointer,
  change: (text: string, pointer: JsonPointer) => JsonValue,
): JsonValue {
  if (typeof value === "string") {
    return change(value, pointer);
  }
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, i) => map(item, `${pointer}/${i}`, change));
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inside]) => {
        return [name, map(inside, pointerTo([name], pointer), change)];
      }),
    );
  }
  return value;
}

function at(context: JsonValue, path: string): JsonValue | undefined {
  return path.split(".").reduce<JsonValue | undefined>(member, context);
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items: readonly JsonValue[] = value;
    return /^\d{1,9}$/.test(name) ? items[Number(name)] : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
