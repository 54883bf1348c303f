/** Reads and creates the signed cursors of lists. */
import type { Caller } from "../../store/keys.ts";
import type { ApiDeps } from "../context.ts";
import type { PageQuery } from "../schemas.ts";
import { makeCursor, readCursor } from "./signing.ts";
import { invalid } from "./validation.ts";

/** Items on a page without `limit`. */
export const DEFAULT_LIMIT = 20;

/** A page of a list, in the envelope of every list. */
export interface ListPage<T> {
  readonly data: T[];
  /** Cursor of the next page; null on the last one. */
  readonly next_cursor: string | null;
}

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
 * Returns a page of a list.
 * @param found the items, with one more than `limit` if there is a next page
 */
export async function pageOf<T>(
  deps: ApiDeps,
  caller: Caller,
  found: readonly T[],
  limit: number,
  positionOf: (last: T) => string,
): Promise<ListPage<T>> {
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1) : undefined;
  const position = last === undefined ? null : positionOf(last);
  return { data, next_cursor: await cursorAt(deps, caller, position) };
}

/** Returns the cursor of a position, or null for null. */
export async function cursorAt(
  deps: ApiDeps,
  { tenantId }: Caller,
  position: string | null,
): Promise<string | null> {
  return position === null ? null : makeCursor(await deps.keys.signingKey(), tenantId, position);
}

/** The order of a list that is complete in memory. */
interface MemoryList<T> {
  /** Noun of the items. Its cursors are valid for this list only. */
  readonly noun: string;
  /** Returns the text that the list is ordered by, unique in the list. */
  readonly keyOf: (item: T) => string;
  /** Whether the largest key comes first. */
  readonly isDescending?: boolean;
}

/** Returns a page of a bounded list. @throws Problem as `cursorOf` */
export async function memoryPageOf<T>(
  deps: ApiDeps,
  caller: Caller,
  items: readonly T[],
  { limit = DEFAULT_LIMIT, cursor }: PageQuery,
  { noun, keyOf, isDescending = false }: MemoryList<T>,
): Promise<ListPage<T>> {
  const prefix = `${noun} `;
  const after =
    cursor === undefined
      ? null
      : (await cursorOf(deps, caller, cursor, { form: new RegExp(`^${prefix}`) })).slice(
          prefix.length,
        );
  const comes = (a: string, b: string) => (isDescending ? a > b : a < b);
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === null || comes(after, key))
    .toSorted((a, b) => (comes(a.key, b.key) ? -1 : 1));
  const { data, next_cursor } = await pageOf(
    deps,
    caller,
    rest,
    limit,
    ({ key }) => `${prefix}${key}`,
  );
  return { data: data.map(({ item }) => item), next_cursor };
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
