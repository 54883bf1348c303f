/** The schema of what a task waits for, in tasks and in the inbox. */
import { z } from "@hono/zod-openapi";
import { QUESTION_KINDS } from "../../run/decide/questions.ts";
import { WAITS } from "../../run/log/event-data.ts";
import { EXPIRY_POLICIES } from "../../run/spec/spec.ts";
import { freeObject, freeValue, timestamp } from "../schemas.ts";

/** Fields of a wait. Fields that do not apply are absent. */
export const waitingFields = {
  for: z.enum(WAITS).openapi({ description: "The same as `waiting_for` of the task." }),
  since: timestamp.openapi({ description: "When the wait began, or the question was asked." }),
  until: timestamp.nullable().openapi({
    description: "When it ends by itself; null if only an answer ends it.",
  }),
  on_expiry: z
    .enum([...EXPIRY_POLICIES, "resume"])
    .nullable()
    .openapi({
      description:
        "What happens at `until`: the call is denied, the run fails, or it continues (`waits.on_expiry` of the agent), or the run resumes.",
    }),
  kind: z.enum(QUESTION_KINDS).optional().openapi({
    description:
      "Kind of question to a person. `question`: of the model. `form`, `address`: of an MCP server, which wants fields filled in or a URL opened. Absent if no person is asked.",
  }),
  call_id: z.string().optional().openapi({
    description: "The call that waits: the id to approve, deny or answer.",
    example: "call_7",
  }),
  key: z.string().optional().openapi({
    description: "Names one of several questions of a call; send it with the answer.",
  }),
  tool: z.string().optional().openapi({ description: "Name of the tool that is called." }),
  arguments: freeValue.optional().openapi({
    description:
      "Arguments of the call. `{preview}` with the first 4,000 characters of their JSON if they are longer.",
  }),
  question: z.string().optional().openapi({
    description: "The text of the question: at most its first 4,000 characters.",
  }),
  url: z.string().optional().openapi({ description: "For `address`: the URL to open." }),
  server: z.string().optional().openapi({
    description: "The MCP server that asks. Its texts are untrusted.",
  }),
  schema: freeObject.optional().openapi({
    description:
      "JSON Schema of the answer, or of the arguments of the call. Absent for built-in tools and above 8,000 characters.",
  }),
  limit: z.string().optional().openapi({
    description: "The limit or budget that was reached.",
    example: "max_tokens",
  }),
  limit_task_id: z.string().optional().openapi({
    description: "For `tree_cost`: the task above this one whose `max_cost_usd` was reached.",
  }),
  tasks: z.array(z.string()).optional().openapi({
    description: "For `children`: the tasks that the run waits for; at most 50.",
  }),
  reason: z.enum(["policy", "outcome_unknown"]).optional().openapi({
    description: "Why approval is needed: the policy, or a first attempt with an unknown outcome.",
  }),
  rule: z.string().optional().openapi({ description: "The rule that requires approval." }),
  untrusted_since: timestamp.optional().openapi({
    description: "When the first untrusted content reached the conversation.",
  }),
  truncated: z.literal(true).optional().openapi({
    description: "True if a text was cut or the schema was left out. The event log has all of it.",
  }),
};

/** What a task waits for. */
export const waiting = z.object(waitingFields).openapi("Waiting");
