/** The counterpart of `add_numbers`. */
import { z } from "zod";
import { defineTool } from "../tool.ts";

/** Subtracts one number from another. */
export const subtractNumbers = defineTool({
  name: "subtract_numbers",
  description: "Subtracts b from a.",
  input: z.strictObject({ a: z.number(), b: z.number() }),
  output: z.strictObject({ difference: z.number() }),
  effect: "pure",
  run: ({ a, b }) => ({ difference: a - b }),
});
