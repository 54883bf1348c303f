/** Maps zod errors to problems with JSON pointers. */
import type { z } from "@hono/zod-openapi";
import { pointerTo } from "../../run/value/json-pointer.ts";
import { Problem, type Fault } from "./problem.ts";

/** Maximum number of faults in one response. */
const MAX_FAULTS = 50;

/** Returns the problem of a failed validation, with one fault for each unknown field. */
export function validationProblem(error: z.core.$ZodError, where: string): Problem {
  return invalid(where, error.issues.flatMap(faultsOf).slice(0, MAX_FAULTS));
}

/** Returns the problem of a part of a request, such as its body. `detail` shows the first fault. */
export function invalid(where: string, faults: readonly Fault[]): Problem {
  const [first] = faults;
  const detail =
    first === undefined
      ? `The ${where} is invalid.`
      : `The ${where} is invalid: ${first.pointer === "" ? "" : `${first.pointer} `}${first.detail}.`;
  return new Problem("validation_failed", detail, { faults });
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: "is not a known field",
    }));
  }
  const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  const detail = missing ? "is required" : lowerFirst(issue.message);
  return [{ pointer: pointerTo(issue.path), detail }];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
