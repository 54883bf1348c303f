/** One tool of the service or the tenant, if there is one of this name. */
import type { Tool } from "../../../sdk/src/index.ts";
import type { LoadState } from "../parts/load-state.ts";
import { useQuery } from "./use-query.ts";

const PAGE = 100;

/**
 * Reads a tool; null if there is none, as for one of a script. Looks through the list, since the
 * browser logs a request for an unknown name as an error.
 * @param name "" reads nothing
 */
export function useTool(name: string): LoadState<Tool | null> {
  return useQuery(`tools named ${name}`, async ({ tools }, signal) => {
    if (name !== "") {
      for await (const tool of tools.list({ limit: PAGE }, { signal })) {
        if (tool.name === name) {
          return tool;
        }
      }
    }
    return null;
  });
}
