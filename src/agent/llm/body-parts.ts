/**
 * The text of a request's body in parts. The conversation is a list of items of which all but the
 * last are those of the request before, so their texts and their hash need not be made again.
 */
import { once } from "../../run/value/once.ts";
import type { BodyParts } from "./client.ts";

/** Returns the text of a body. */
export function bodyText({ head, items, tail }: BodyParts): string {
  return `${head}${items.join(",")}${tail}`;
}

/** Returns the JSON of an object. Objects that an adapter remembers have their text made once. */
const jsonOf = once((value: object) => JSON.stringify(value));

/**
 * Returns the parts of a body whose text is that of `JSON.stringify(body)`.
 * @param list the name of the member that holds the conversation
 * @param stable see `BodyParts`; absent: all items
 */
export function partsOf<List extends string>(
  body: { readonly [Name in List]: readonly object[] },
  list: List,
  stable: number = body[list].length,
): BodyParts {
  let head = "{";
  let tail = "]";
  let isBefore = true;
  for (const [name, value] of Object.entries<unknown>({ ...body })) {
    if (name === list) {
      head += `${JSON.stringify(name)}:[`;
      isBefore = false;
    } else if (value !== undefined) {
      const text =
        typeof value === "object" && value !== null ? jsonOf(value) : JSON.stringify(value);
      const member = `${JSON.stringify(name)}:${text}`;
      head += isBefore ? `${member},` : "";
      tail += isBefore ? "" : `,${member}`;
    }
  }
  return { head, items: body[list].map(jsonOf), tail: `${tail}}`, stable };
}
