/** Reads the signed cursors of lists. */
import type { Caller } from "../store/keys.ts";
import type { ApiDeps } from "./context.ts";
import { Problem } from "./problem.ts";
import { readCursor } from "./signing.ts";

/**
 * The id of the last task of the page before. @throws Problem for what is no cursor of this tenant
 * @param name what the front calls the cursor
 */
export async function cursorOf(
  deps: ApiDeps,
  caller: Caller,
  cursor: string,
  name = "cursor",
): Promise<string> {
  const id = await readCursor(await deps.keys.signingKey(), caller.tenantId, cursor);
  if (id === null) {
    const detail = "is not a cursor of this list";
    throw new Problem("validation_failed", `The query is not valid: /${name} ${detail}.`, {
      faults: [{ pointer: `/${name}`, detail }],
    });
  }
  return id;
}
