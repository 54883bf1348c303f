/** Asks a person as a tool: the run waits for the answer and holds no resources until then. */
import { z } from "zod";
import { defineInput } from "../tool.ts";

/** Asks a question to the people who watch the task; its output is their answer. */
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
