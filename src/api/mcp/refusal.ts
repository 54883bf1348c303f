/** What a failing handler is answered with: a problem, as over REST. */
import type { ApiDeps } from "../context.ts";
import { internalError, type Problem, toProblem } from "../problem.ts";

/** The problem that an error comes to; what nobody foresaw is told to operators only. */
export function asProblem(deps: ApiDeps, error: unknown, requestId: string): Problem {
  const problem = toProblem(error);
  if (problem !== null) {
    return problem;
  }
  deps.observer.fault("mcp", error);
  return internalError(requestId);
}
