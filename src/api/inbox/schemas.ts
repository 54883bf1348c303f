/** Zod schemas of the inbox; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { QUESTION_KINDS } from "../../run/decide/questions.ts";
import { AT, TASK_ID, type Examples } from "../openapi/examples.ts";
import { listOf, pageQuery, taskIdText } from "../schemas.ts";
import { waitingFields } from "../tasks/waiting-schema.ts";

/** Waits that ask a person. */
export const ASKING_WAITS = ["approval", "input", "budget"] as const;

export const inboxQuery = z.strictObject({
  for: z.enum(ASKING_WAITS).optional().openapi({
    description: "Only questions of tasks that wait for this.",
  }),
  kind: z.enum(QUESTION_KINDS).optional().openapi({ description: "Only questions of this kind." }),
  agent: z.string().max(128).optional().openapi({
    description: "Only questions of tasks of this agent.",
  }),
  tool: z.string().max(256).optional().openapi({
    description: "Only questions of calls of this tool.",
  }),
  task_id: taskIdText.optional().openapi({ description: "Only questions of this task." }),
  root: taskIdText.optional().openapi({
    description: "Only questions of this first task of a tree, and of all tasks below it.",
  }),
  order: z.enum(["oldest", "expiry"]).optional().openapi({
    description:
      "`oldest` (the default): the oldest question first. `expiry`: the one that expires first; those that never expire come last.",
  }),
  ...pageQuery,
});

const inboxEntry = z
  .object({
    task_id: taskIdText.openapi({ description: "The task that asks.", example: TASK_ID }),
    name: z.string().nullable().openapi({ description: "Name of the task." }),
    goal: z.string().nullable().openapi({
      description: "The first 200 characters of the task's goal.",
    }),
    agent: z.string().openapi({ description: "Agent of the task." }),
    ...waitingFields,
    kind: z.enum(QUESTION_KINDS).openapi({
      description:
        "`question`: of the model. `form`, `address`: of an MCP server, which wants fields filled in or a URL opened. `budget`: a limit to raise.",
    }),
    seq: z
      .number()
      .int()
      .openapi({ description: "The event that asked: `seq` in the task's log." }),
  })
  .openapi("InboxEntry");

export const inboxPage = listOf(inboxEntry).openapi("Inbox", {
  description:
    "With filters a page may hold fewer questions than `limit` and still have a next one.",
});

/** Examples by schema name. */
export const examples: Examples = {
  Inbox: {
    data: [
      {
        task_id: TASK_ID,
        name: null,
        goal: "Refund order A-1001.",
        agent: "support",
        kind: "approval",
        seq: 9,
        for: "approval",
        since: AT,
        until: null,
        on_expiry: null,
        call_id: "call_2",
        tool: "refund",
        arguments: { order: "A-1001" },
        reason: "policy",
        rule: 'approve "refund"',
      },
    ],
    next_cursor: null,
  },
};
