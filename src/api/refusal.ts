/** Refusals of a body that name the one place which is wrong. */
import { Problem, type ProblemCode } from "./problem.ts";

/** The problem of one field. @param pointer JSON pointer into the body */
export function refusal(code: ProblemCode, pointer: string, detail: string): Problem {
  return new Problem(code, `${code === "validation_failed" ? `${pointer} ` : ""}${detail}`, {
    faults: [{ pointer, detail }],
  });
}
