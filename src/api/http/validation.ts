/** Maps zod errors to problems with JSON pointers. */
import type { z } from "@hono/zod-openapi";
import { faultText, schemaFaults } from "../../run/value/schema-message.ts";
import { Problem, type Fault } from "./problem.ts";

/** Maximum number of faults in one response. */
const MAX_FAULTS = 50;

/** Returns the problem of a failed validation, with one fault for each unknown field. */
export function validationProblem(error: z.core.$ZodError, where: string): Problem {
  return invalid(where, schemaFaults(error).slice(0, MAX_FAULTS));
}

/** Returns the problem of a part of a request, such as its body. `detail` shows the first fault. */
export function invalid(where: string, faults: readonly Fault[]): Problem {
  const [first] = faults;
  const detail =
    first === undefined
      ? `The ${where} is invalid.`
      : `The ${where} is invalid: ${faultText(first)}.`;
  return new Problem("validation_failed", detail, { faults });
}
