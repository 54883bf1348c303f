/** Asking a person as a tool: the run waits for what they say, and holds nothing meanwhile. */
import { z } from "zod";
import { defineInput } from "../tool.ts";

/** Puts a question to whoever watches the task; its output is what they answered. */
export const askHuman = defineInput({
  name: "ask_human",
  description:
    "Asks a person and waits for the answer. Use it when only a person can know or decide something.",
  input: z.strictObject({
    question: z.string().min(1),
    choices: z
      .array(z.string().min(1))
      .optional()
      .describe("Answers to choose from; the person may say something else."),
  }),
  output: z.looseObject({ answer: z.string().nullable() }),
});
