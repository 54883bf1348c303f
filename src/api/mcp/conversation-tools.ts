/** The tools of `/mcp` for conversations. A turn is submitted with `submit_task`. */
import { z } from "@hono/zod-openapi";
import { conversationPath, conversationsQuery } from "../conversations/schemas.ts";
import { conversationPage, messagePage } from "../conversations/use-cases.ts";
import { DEFAULT_LIMIT } from "../http/cursor.ts";
import { result, tool, type TaskTool } from "./tool.ts";

const page = {
  limit: z.number().int().min(1).max(100).default(DEFAULT_LIMIT),
  cursor: z.string().max(4096).optional(),
};

/** The tools, in a stable order. */
export const CONVERSATION_TOOLS: readonly TaskTool[] = [
  tool({
    name: "list_conversations",
    title: "List conversations",
    description:
      "Lists conversations, those with the newest turns first: how many turns, and the newest one.",
    scope: "tasks:read",
    annotations: { readOnlyHint: true },
    schema: z.strictObject({ subject: conversationsQuery.shape.subject, ...page }),
    run: async (query, call) => {
      const found = await conversationPage(call, query);
      const lines = found.data.map(
        ({ id, turns, status, last_message }) =>
          `${id}: ${turns} turns, ${status ?? "deleted"}: ${last_message ?? ""}`,
      );
      return result(lines.join("\n") || "There are no conversations.", { ...found });
    },
  }),
  tool({
    name: "read_conversation",
    title: "Read a conversation",
    description:
      "Reads what was said in a conversation, oldest first. To continue it, submit a task that names it.",
    scope: "tasks:read",
    annotations: { readOnlyHint: true },
    schema: z.strictObject({
      conversation: conversationPath.shape.id.describe("Id of a conversation."),
      ...page,
    }),
    run: async ({ conversation, ...query }, call) => {
      const found = await messagePage(call, conversation, query);
      const lines = found.data.map(({ role, text }) => `${role}: ${text ?? ""}`);
      return result(lines.join("\n") || "Nothing more was said.", { ...found });
    },
  }),
];
