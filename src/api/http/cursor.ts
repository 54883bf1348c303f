/** Reads and makes the signed cursors of lists. */
import type { Caller } from "../../store/keys.ts";
import type { ApiDeps } from "../context.ts";
import { makeCursor, readCursor } from "./signing.ts";
import { invalid } from "./validation.ts";

/** What cursors of a list are. */
interface CursorForm {
  /** What a position in this list looks like. */
  readonly form?: RegExp;
  /** What the front calls the cursor. */
  readonly name?: string;
}

/**
 * Where the page before ended: the id of its last task, unless the list says something else.
 * @throws Problem for what is no cursor of this tenant
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
 * The page of a list, and the cursor of the next; null where there is none.
 * @param found one more than the page takes, if there are more
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

/** Where a page ended in a list that is ordered by age, and then by name or id. */
export interface NamedPlace {
  readonly created_at: string;
  readonly name: string;
}

const NAMED_PLACE = /^\d{4}-[\d:.TZ-]+ [\w-]+$/;

/** Returns the text of a place, as a cursor holds it. */
export function namedPlaceText({ created_at, name }: NamedPlace): string {
  return `${created_at} ${name}`;
}

/** Returns the place of a cursor; null without one. @throws Problem as `cursorOf` */
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
