/** `/api/v1/inbox`: the open questions of a tenant's tasks to people. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { QuestionKind } from "../../run/decide/questions.ts";
import { defined } from "../../run/value/defined.ts";
import type { InboxOrder, InboxPlace, InboxRow } from "../../store/inbox.ts";
import type { AppEnv } from "../context.ts";
import { requireScope } from "../http/auth.ts";
import { cursorAt, cursorOf, DEFAULT_LIMIT } from "../http/cursor.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";

const PLACE = /^inbox (oldest|expiry) (\S+) (\S+) (\d+)$/;

const KINDS_OF: Readonly<Record<(typeof schemas.ASKING_WAITS)[number], readonly QuestionKind[]>> = {
  approval: ["approval"],
  input: ["question", "form", "address"],
  budget: ["budget"],
};

const inboxRoute = createRoute({
  method: "get",
  path: "/api/v1/inbox",
  operationId: "listInbox",
  summary: "List open questions to people",
  description:
    "Approvals, questions of models and MCP servers, and reached limits, of all tasks of the tenant. A task that asks several things at once has several entries. Answer with `decideApproval`, `sendMessage` or `changeLimits`. An entry disappears within seconds after it was answered or expired; of two simultaneous answers, the second gets 409.",
  tags: ["Inbox"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { query: schemas.inboxQuery },
  responses: {
    200: json("A page of open questions.", schemas.inboxPage),
    ...refusals("validation_failed"),
  },
});

/** Adds the inbox to an app. */
export function inboxRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(inboxRoute, async (c) => {
    const { deps, caller } = c.var;
    const query = c.req.valid("query");
    const { order = "oldest", limit = DEFAULT_LIMIT, cursor } = query;
    const form = new RegExp(`^inbox ${order} `);
    const after = cursor === undefined ? null : await cursorOf(deps, caller, cursor, { form });
    const kinds = kindsOf(query.for, query.kind);
    const { agent, tool, task_id: taskId, root: rootTaskId } = query;
    const filter = defined({ kinds, agent, tool, taskId, rootTaskId });
    const { rows, next } = await deps.inbox.list(
      caller.tenantId,
      filter,
      order,
      limit,
      placeOf(after),
    );
    const position = next === null ? null : textOf(order, next);
    const next_cursor = await cursorAt(deps, caller, position);
    return c.json({ data: rows.map(entryOf), next_cursor }, 200);
  });
}

/** Returns the kinds that both filters admit; undefined without filters. */
function kindsOf(
  wait: (typeof schemas.ASKING_WAITS)[number] | undefined,
  kind: QuestionKind | undefined,
): readonly QuestionKind[] | undefined {
  const ofWait = wait === undefined ? undefined : KINDS_OF[wait];
  return kind === undefined ? ofWait : [kind].filter((one) => ofWait?.includes(one) !== false);
}

function textOf(order: InboxOrder, { key, task_id, seq }: InboxPlace): string {
  return `inbox ${order} ${key} ${task_id} ${seq}`;
}

function placeOf(text: string | null): InboxPlace | null {
  const [, , key = "", task_id = "", seq = "0"] = PLACE.exec(text ?? "") ?? [];
  return text === null ? null : { key, task_id, seq: Number(seq) };
}

function entryOf({ task_id, name, goal, agent, question }: InboxRow) {
  return { task_id, name, goal, agent, ...question };
}
