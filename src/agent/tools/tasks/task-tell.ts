/** Sends a message to a task that the run started. */
import { z } from "zod";
import { ToolStop } from "../../../run/value/failure.ts";
import { defineTool } from "../tool.ts";

/** Sends a message to a running task. Not repeated after a crash: the task could read it twice. */
export const taskTell = defineTool({
  name: "task_tell",
  description: "Sends a message to a task of task_start, which reads it with its next step.",
  input: z.strictObject({ task_id: z.string(), content: z.string().min(1).max(100_000) }),
  output: z.strictObject({ told: z.literal(true) }),
  effect: "once",
  run: async ({ task_id, content }, { tell }) => {
    if (tell === undefined) {
      throw new ToolStop("not_from_code", "Only the run itself can send messages to its tasks.");
    }
    await tell(task_id, content);
    return { told: true } as const;
  },
});
