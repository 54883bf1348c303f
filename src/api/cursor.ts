/** Reads the signed cursors of lists. */
import type { ApiContext } from "./context.ts";
import { Problem } from "./problem.ts";
import { readCursor } from "./signing.ts";

/** The id of the last task of the page before. @throws Problem for what is no cursor of this tenant */
export async function cursorOf(c: ApiContext, cursor: string): Promise<string> {
  const { deps, caller } = c.var;
  const id = await readCursor(await deps.keys.signingKey(), caller.tenantId, cursor);
  if (id === null) {
    const detail = "is not a cursor of this list";
    throw new Problem("validation_failed", `The query is not valid: /cursor ${detail}.`, {
      faults: [{ pointer: "/cursor", detail }],
    });
  }
  return id;
}
