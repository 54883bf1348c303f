/** Zod schemas of conversations, their turns and messages. */
import { z } from "@hono/zod-openapi";
import { WAITS } from "../../run/log/event-data.ts";
import { AT, LATER, TASK_ID, type Examples } from "../openapi/examples.ts";
import {
  conversationName,
  listOf,
  pageQuery,
  TASK_STATUSES,
  taskIdText,
  timestamp,
} from "../schemas.ts";

export const conversationPath = z.object({
  id: conversationName.openapi({
    param: { name: "id", in: "path" },
    description: "The name of the conversation.",
    example: "support-42",
  }),
});

export const conversationsQuery = z.strictObject({
  subject: z.string().min(1).max(128).optional().openapi({
    description: "Only conversations about this subject.",
  }),
  ...pageQuery,
});

const fields = {
  id: z.string().openapi({ description: "The name of the conversation.", example: "support-42" }),
  head_task_id: taskIdText.openapi({ description: "The newest turn: the next one continues it." }),
  turns: z.number().int().describe("The number of the newest turn that there ever was."),
  status: z
    .enum(TASK_STATUSES)
    .nullable()
    .openapi({ description: "The status of the newest turn, which may be a second old." }),
  agent: z.string().nullable().describe("The agent of the newest turn."),
  last_message: z
    .string()
    .nullable()
    .describe("The goal of the newest turn: at most its first 200 characters."),
  subject: z.string().nullable().describe("Who or what the conversation is about."),
  branched_from: z
    .string()
    .nullable()
    .describe("The turn of another conversation that the first turn continues."),
  created_at: timestamp.describe("When the first turn was submitted."),
  updated_at: timestamp.describe("When the newest turn was submitted."),
};

export const conversation = z.object(fields).openapi("Conversation", {
  description: "A chain of tasks. Each turn is a task of its own.",
});
export type ConversationJson = z.output<typeof conversation>;

export const conversationList = listOf(conversation).openapi("ConversationList");

const turn = z
  .object({
    id: taskIdText.openapi({ description: "The task.", example: TASK_ID }),
    turn: z.number().int().describe("Its number in the conversation, from 1."),
    agent: z.string().describe("The name of its agent."),
    status: z.enum(TASK_STATUSES).openapi({ description: "Its status, as in the task list." }),
    waiting_for: z.enum(WAITS).nullable().openapi({
      description: "What it waits for. `turn`: the end of the turn before it.",
    }),
    continues_task_id: z.string().nullable().describe("The task that it continues."),
    created_at: timestamp.describe("When it was submitted."),
    completed_at: timestamp.nullable().describe("When it ended; null before."),
  })
  .openapi("ConversationTurn");

export const conversationTurns = listOf(turn).extend(fields).openapi("ConversationTurns", {
  description: "A conversation, and a page of its turns in their order.",
});

const message = z
  .object({
    task_id: taskIdText.openapi({ description: "The turn.", example: TASK_ID }),
    turn: z.number().int().describe("The number of the turn."),
    role: z
      .enum(["user", "assistant"])
      .describe("`user`: the goal of the turn. `assistant`: its answer."),
    text: z
      .string()
      .nullable()
      .describe("The text; null for an answer of more than about 260,000 characters."),
    status: z.enum(TASK_STATUSES).openapi({ description: "The status of the turn." }),
    created_at: timestamp.describe("When the turn was submitted, or when it ended."),
  })
  .openapi("ConversationMessage");
export type MessageJson = z.output<typeof message>;

export const messageList = listOf(message).openapi("ConversationMessages", {
  description:
    "What was said, oldest first. `limit` counts turns: each has a message of the user, and one of the assistant once it has completed.",
});

const exampleConversation = {
  id: "support-42",
  head_task_id: TASK_ID,
  turns: 2,
  status: "completed",
  agent: "default",
  last_message: "And the day after?",
  subject: "user-42",
  branched_from: null,
  created_at: AT,
  updated_at: LATER,
};

/** Examples by schema name. */
export const conversationExamples: Examples = {
  Conversation: exampleConversation,
  ConversationList: { data: [exampleConversation], next_cursor: null },
  ConversationTurns: {
    ...exampleConversation,
    data: [
      {
        id: TASK_ID,
        turn: 1,
        agent: "default",
        status: "completed",
        waiting_for: null,
        continues_task_id: null,
        created_at: AT,
        completed_at: LATER,
      },
    ],
    next_cursor: null,
  },
  ConversationMessages: {
    data: [
      {
        task_id: TASK_ID,
        turn: 1,
        role: "user",
        text: "Which day is it?",
        status: "completed",
        created_at: AT,
      },
      {
        task_id: TASK_ID,
        turn: 1,
        role: "assistant",
        text: "Monday.",
        status: "completed",
        created_at: LATER,
      },
    ],
    next_cursor: null,
  },
};
