/**
 * The outline of an event: the same form with little of its content, for a list of many events.
 * Pure. Its size is bounded, whatever the event contains.
 */
import { cut } from "../value/cut.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../value/json.ts";

/** Maximum characters of a text. */
const TEXT_CHARS = 200;
/** Maximum items of a list. */
const ITEMS = 20;
/** Maximum fields of an object, and levels of nesting, outside free content. No event has more. */
const FIELDS = 50;
const LEVELS = 6;
/** Characters of free content: about as many remain of each value. */
const FREE_CHARS = 1000;
/** Fields with free content: a client, a model, a tool or a server decides what they contain. */
const FREE: ReadonlySet<string> = new Set([
  "arguments",
  "data",
  "details",
  "input_data",
  "input_schema",
  "output",
  "output_schema",
  "schema",
]);

/**
 * Returns the JSON of an event's outline. It has all members of the event, with texts cut to 200
 * characters, lists to 20 items and free content to about 1,000 characters; `bytes`, the size of
 * the whole event; and `truncated: true` if anything was cut.
 * @param text the JSON of the event
 */
export function outlineOf(event: JsonObject, text: string): string {
  const { data, ...envelope } = event;
  const reducer = new Reducer();
  const reduced = reducer.fields(isJsonObject(data) ? data : {}, 0);
  return JSON.stringify({
    ...envelope,
    data: reduced,
    bytes: new TextEncoder().encode(text).byteLength,
    ...(reducer.hasCut && { truncated: true }),
  });
}

/** Returns the outline of an event from its JSON, as `outlineOf` does. */
export function outlineOfText(text: string): string {
  const event: unknown = JSON.parse(text);
  return isJsonObject(event) ? outlineOf(event, text) : text;
}

class Reducer {
  hasCut = false;
  /** Characters left for the free value that is being reduced. */
  #room = 0;

  /** Returns an object of a known form: all of its fields, each reduced. */
  fields(object: JsonObject, level: number): JsonValue {
    const entries = Object.entries(object);
    return level > LEVELS || entries.length > FIELDS
      ? this.#free(object)
      : Object.fromEntries(
          entries.map(([name, value]) => [
            name,
            FREE.has(name) ? this.#free(value) : this.#known(value, level + 1),
          ]),
        );
  }

  #known(value: JsonValue, level: number): JsonValue {
    if (Array.isArray(value)) {
      return level > LEVELS
        ? this.#free(value)
        : this.#first(value, ITEMS).map((item) => this.#known(item, level + 1));
    }
    return isJsonObject(value) ? this.fields(value, level) : this.#plain(value);
  }

  #free(value: JsonValue): JsonValue {
    this.#room = FREE_CHARS;
    return this.#within(value);
  }

  /** Returns the beginning of a value for which there is room. A list or an object remains one. */
  #within(value: JsonValue): JsonValue {
    if (Array.isArray(value)) {
      const items: JsonValue[] = [];
      for (const item of value) {
        if (!this.#takes(1)) {
          break;
        }
        items.push(this.#within(item));
      }
      return items;
    }
    if (!isJsonObject(value)) {
      const plain = this.#plain(value);
      this.#room -= typeof plain === "string" ? plain.length : 1;
      return plain;
    }
    const members: [string, JsonValue][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (!this.#takes(name.length)) {
        break;
      }
      members.push([name, this.#within(member)]);
    }
    return Object.fromEntries(members);
  }

  /** Takes room for a member. Returns false, and notes the cut, if there is too little. */
  #takes(chars: number): boolean {
    if (this.#room < chars) {
      this.hasCut = true;
      return false;
    }
    this.#room -= chars;
    return true;
  }

  #plain(value: JsonValue): JsonValue {
    if (typeof value !== "string" || value.length <= TEXT_CHARS) {
      return value;
    }
    this.hasCut = true;
    return cut(value, TEXT_CHARS);
  }

  #first(list: readonly JsonValue[], count: number): readonly JsonValue[] {
    this.hasCut ||= list.length > count;
    return list.slice(0, count);
  }
}
