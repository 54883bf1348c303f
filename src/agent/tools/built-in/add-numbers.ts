/** The simplest tool, kept from AgentKit, the first generation of the system. */
import { z } from "zod";
import { defineTool } from "../tool.ts";

/** Adds two numbers. */
export const addNumbers = defineTool({
  name: "add_numbers",
  description: "Adds two numbers.",
  input: z.strictObject({ a: z.number(), b: z.number() }),
  output: z.strictObject({ sum: z.number() }),
  effect: "pure",
  run: ({ a, b }) => ({ sum: a + b }),
});
