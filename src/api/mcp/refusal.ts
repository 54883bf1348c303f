/** What a failing handler is answered with: a problem, as over REST. */
import type { ApiDeps } from "../context.ts";
import { foreseen, type Problem } from "../http/problem.ts";

/** The problem that an error comes to; what nobody foresaw is told to operators only. */
export function asProblem(deps: ApiDeps, error: unknown, requestId: string): Problem {
  return foreseen(deps, "mcp", error, requestId);
}
