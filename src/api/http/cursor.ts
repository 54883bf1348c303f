/** Reads and makes the signed cursors of lists. */
import type { Caller } from "../../store/keys.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "./problem.ts";
import { makeCursor, readCursor } from "./signing.ts";

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
    throw new Problem("validation_failed", `The query is not valid: /${name} ${detail}.`, {
      faults: [{ pointer: `/${name}`, detail }],
    });
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
