/** Refusals of a body that name the one place which is wrong. */
import { Problem, type ProblemCode } from "./problem.ts";

/** Where a part of the config or of the limits came from, as a JSON pointer into the body. */
export type Pointer = (part: `/${string}`) => string;

/** The problem of one field. @param pointer JSON pointer into the body */
export function refusal(code: ProblemCode, pointer: string, detail: string): Problem {
  return new Problem(code, `${code === "validation_failed" ? `${pointer} ` : ""}${detail}`, {
    faults: [{ pointer, detail }],
  });
}
