/** Asks a person, as a tool. The run waits for the answer and uses no resources until then. */
import { z } from "zod";
import { defineInput } from "../tool.ts";

/** Asks the people who watch the task a question. The output is their answer. */
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
