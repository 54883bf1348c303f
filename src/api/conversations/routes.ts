/** `/api/v1/conversations`: chains of tasks. A turn is submitted as a task. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { ApiHandler, AppEnv } from "../context.ts";
import { requireScope } from "../http/auth.ts";
import { Problem } from "../http/problem.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import { deleteTask } from "../tasks/changes.ts";
import * as schemas from "./schemas.ts";
import {
  conversationJson,
  conversationOf,
  conversationPage,
  messagePage,
  turnPage,
} from "./use-cases.ts";

const CONVERSATIONS = "/api/v1/conversations";
const shared = { tags: ["Conversations"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };

const listRoute = createRoute({
  ...reads,
  method: "get",
  path: CONVERSATIONS,
  operationId: "listConversations",
  summary: "List conversations, those with the newest turns first",
  request: { query: schemas.conversationsQuery },
  responses: {
    200: json("A page of conversations.", schemas.conversationList),
    ...refusals("validation_failed"),
  },
});

const getRoute = createRoute({
  ...reads,
  method: "get",
  path: `${CONVERSATIONS}/{id}`,
  operationId: "getConversation",
  summary: "Get a conversation and its turns",
  description: "`limit` and `cursor` are of the turns, oldest first.",
  request: { params: schemas.conversationPath, query: plainPageQuery },
  responses: {
    200: json("The conversation.", schemas.conversationTurns),
    ...refusals("not_found", "validation_failed"),
  },
});

const messagesRoute = createRoute({
  ...reads,
  method: "get",
  path: `${CONVERSATIONS}/{id}/messages`,
  operationId: "listMessages",
  summary: "List what was said in a conversation",
  description:
    "The goals and answers of its turns. The event log of each turn has everything else: tool calls, and messages that were sent while it ran.",
  request: { params: schemas.conversationPath, query: plainPageQuery },
  responses: {
    200: json("A page of messages.", schemas.messageList),
    ...refusals("not_found", "validation_failed"),
  },
});

const deleteRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:write")] as const,
  method: "delete",
  path: `${CONVERSATIONS}/{id}`,
  operationId: "deleteConversation",
  summary: "Delete a conversation with all of its turns",
  description:
    "Deletes each turn as `DELETE /api/v1/tasks/{id}` does; other conversations keep what they have copied from it. All turns must have ended. A request deletes at most 200 turns; repeat it if it is answered with 503.",
  request: { params: schemas.conversationPath },
  responses: {
    204: { description: "The conversation is deleted." },
    ...refusals("not_found", "not_finished", "validation_failed"),
  },
});

/** Adds the routes of conversations to an app. */
export function conversationRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, list);
  app.openapi(getRoute, get);
  app.openapi(messagesRoute, listMessages);
  app.openapi(deleteRoute, remove);
}

/** Turns that one request deletes, and turns read at a time. */
const MAX_DELETED = 200;
const PAGE = 50;

const list: ApiHandler<typeof listRoute> = async (c) =>
  c.json(await conversationPage(c.var, c.req.valid("query")), 200);

const get: ApiHandler<typeof getRoute> = async (c) => {
  const found = await conversationOf(c.var, c.req.valid("param").id);
  const { data, next_cursor } = await turnPage(c.var, found, c.req.valid("query"));
  const turns = data.map(({ task_id, goal: _goal, answer: _answer, ...turn }) =>
    Object.assign(turn, { id: task_id }),
  );
  return c.json({ ...conversationJson(found), data: turns, next_cursor }, 200);
};

const listMessages: ApiHandler<typeof messagesRoute> = async (c) =>
  c.json(await messagePage(c.var, c.req.valid("param").id, c.req.valid("query")), 200);

const remove: ApiHandler<typeof deleteRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { conversation_id } = await conversationOf(c.var, c.req.valid("param").id);
  const { tenantId } = caller;
  const [open] = await deps.conversations.open(tenantId, conversation_id);
  if (open !== undefined) {
    throw new Problem("not_finished", `The turn "${open.task_id}" has not ended; cancel it first.`);
  }
  // Oldest first: the conversation is there to be found until its last turn is deleted.
  for (let deleted = 0; deleted < MAX_DELETED;) {
    const turns = await deps.conversations.turns(tenantId, conversation_id, 0, PAGE);
    if (turns.length === 0) {
      return c.body(null, 204);
    }
    for (const { task_id } of turns) {
      await deleteTask(deps, caller, task_id);
    }
    deleted += turns.length;
  }
  throw new Problem("unavailable", "Some turns are left; repeat the request.", {
    headers: { "Retry-After": "1" },
  });
};
