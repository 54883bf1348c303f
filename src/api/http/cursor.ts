/** Reads and creates the signed cursors of lists. */
import type { Caller } from "../../store/keys.ts";
import type { ApiDeps } from "../context.ts";
import { makeCursor, readCursor } from "./signing.ts";
import { invalid } from "./validation.ts";

/** Options of a list's cursors. */
interface CursorForm {
  /** Pattern of a position in this list. */
  readonly form?: RegExp;
  /** Name of the parameter, for the problem. */
  readonly name?: string;
}

/**
 * Returns the position that a cursor holds: the end of the previous page.
 * @throws Problem if the text is not a cursor of this tenant and list
 */
export async function cursorOf(
  deps: ApiDeps,
  caller: Caller,
  cursor: string,
  { form = /^/, name = "cursor" }: CursorForm = {},
): Promise<string> {
  const id = await readCursor(await deps.keys.signingKey(), caller.tenantId, cursor);
  if (id === null || !form.test(id)) {
    const detail = "is not a cursor of this list";
    throw invalid("query", [{ pointer: `/${name}`, detail }]);
  }
  return id;
}

/**
 * Returns a page of a list, and the cursor of the next page or null.
 * @param found the items, with one more than `limit` if there is a next page
 */
export async function pageOf<T>(
  deps: ApiDeps,
  { tenantId }: Caller,
  found: readonly T[],
  limit: number,
  positionOf: (last: T) => string,
): Promise<{ readonly page: T[]; readonly next_cursor: string | null }> {
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const next_cursor =
    last === undefined
      ? null
      : await makeCursor(await deps.keys.signingKey(), tenantId, positionOf(last));
  return { page, next_cursor };
}

/** Position in a list that is ordered by creation time, and then by name or id. */
export interface NamedPlace {
  readonly created_at: string;
  readonly name: string;
}

const NAMED_PLACE = /^\d{4}-[\d:.TZ-]+ [\w-]+$/;

/** Returns the text of a position, as a cursor holds it. */
export function namedPlaceText({ created_at, name }: NamedPlace): string {
  return `${created_at} ${name}`;
}

/** Returns the position of a cursor, or null without a cursor. @throws Problem as `cursorOf` */
export async function namedPlaceOf(
  deps: ApiDeps,
  caller: Caller,
  cursor: string | undefined,
): Promise<NamedPlace | null> {
  if (cursor === undefined) {
    return null;
  }
  const text = await cursorOf(deps, caller, cursor, { form: NAMED_PLACE });
  const [created_at = "", name = ""] = text.split(" ");
  return { created_at, name };
}
