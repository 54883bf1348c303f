/** `/api/v1/tasks/{id}/tree/events`: the events of a task and of all tasks below it, in one stream. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { EventSelection } from "../../../durable/run/rpc.ts";
import type { ApiContext, AppEnv } from "../../context.ts";
import { requireScope } from "../../http/auth.ts";
import { Problem } from "../../http/problem.ts";
import { invalid } from "../../http/validation.ts";
import { AT, TASK_ID, type Examples } from "../../openapi/examples.ts";
import { refusals, SECURED } from "../../openapi/routes.ts";
import { listOf, whole } from "../../schemas.ts";
import { event } from "../event-schemas.ts";
import { streamOf } from "../event-stream.ts";
import { wantsStream } from "../live-request.ts";
import { eventsQuery, taskPath } from "../schemas.ts";
import { taskOf } from "../view.ts";
import { followTree, readTree, treeEventOf, type Tree } from "./read.ts";
import { TreeWalk } from "./walk.ts";

const DEFAULT_LIMIT = 100;
/** Events that are not selected between two moves of the client's cursor. */
const UNTOLD = 64;

const position = z.string().regex(/^[A-Za-z0-9_-]{2,4096}$/, "is not a cursor of this list");

const treeEventsQuery = eventsQuery.omit({ ticket: true }).extend({
  after: position.optional().openapi({
    description:
      "The cursor of the last known event: `cursor` of a page, or `id` in a stream. Default: all events.",
  }),
  cursor: position.optional().openapi({
    description: "The `next_cursor` of the previous page. Takes precedence over `after`.",
  }),
  limit: whole(1, 1000).optional().openapi({
    description: "Maximum number of events on a JSON page. Default: 100.",
  }),
});

const treeEventPage = listOf(event)
  .extend({
    cursor: z.string().openapi({
      description: "Where the page ends: `after` of a later page or of a live stream.",
    }),
    over: z.boolean().openapi({
      description: "True if all tasks of the tree have ended, and all of their events were read.",
    }),
  })
  .openapi("TreeEventPage");

/** Examples by schema name. */
export const treeEventExamples: Examples = {
  TreeEventPage: {
    data: [
      {
        task_id: TASK_ID,
        seq: 2,
        at: AT,
        type: "run.started",
        v: 1,
        data: { epoch: 1 },
      },
    ],
    next_cursor: null,
    cursor: "AQGYt2owAHAAgAAAAAAAAAECAA",
    over: false,
  },
};

const treeEventsRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/tree/events",
  operationId: "listTreeEvents",
  summary: "Read or stream the events of a task and all tasks below it",
  description:
    "Returns a JSON page. With `Accept: text/event-stream`, a live stream that ends when all tasks have ended (resume with `Last-Event-ID` or `after`). Each event is sent once, and those of one task in order; the order between tasks is not defined. Tasks that are started later join. The logs of up to 50 tasks are read at a time; further tasks join when one of these has ended.",
  tags: ["Events"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { params: taskPath, query: treeEventsQuery },
  responses: {
    200: {
      description: "A page of events, or the event stream.",
      content: {
        "application/json": { schema: treeEventPage },
        "text/event-stream": { schema: { type: "string" } },
      },
    },
    ...refusals("not_found", "validation_failed", "invalid_header"),
  },
});

/** Adds the events of a tree to an app. */
export function treeEventRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(treeEventsRoute, async (c) => {
    const { deps, caller } = c.var;
    const { after, cursor, limit = DEFAULT_LIMIT, types, outline } = c.req.valid("query");
    const row = await taskOf(deps, caller, c.req.valid("param").id);
    const selection = { ...(types !== undefined && { types }), outline: outline === "1" };
    const tree = (from: TreeWalk): Tree => ({
      tenantId: caller.tenantId,
      rootId: row.task_id,
      walk: from,
    });
    const from = cursor ?? after;
    const walk = from === undefined ? TreeWalk.from(row.task_id) : TreeWalk.at(from);
    if (walk === null) {
      const detail = "is not a cursor of this list";
      throw invalid("query", [{ pointer: cursor === undefined ? "/after" : "/cursor", detail }]);
    }
    if (wantsStream(c.req)) {
      const live = tree(lastEventId(c) ?? walk);
      return c.req.method === "HEAD"
        ? c.body(null, 200, { "Content-Type": "text/event-stream" })
        : streamTree(c, live, selection);
    }
    const { events, hasMore } = await readTree(deps, tree(walk), limit, selection);
    const data = events.map(({ text }) => text).join(",");
    const rest = {
      next_cursor: hasMore ? walk.cursor : null,
      cursor: walk.cursor,
      over: walk.isOver,
    };
    return c.body(`{"data":[${data}],${JSON.stringify(rest).slice(1)}`, 200, {
      "Content-Type": "application/json",
    });
  });
}

function streamTree(c: ApiContext, tree: Tree, selection: EventSelection): Response {
  const { deps, caller } = c.var;
  let untold = 0;
  return streamOf(c, (stream) =>
    followTree(deps, tree, caller, {
      take: (taskId, followed) => {
        if (selection.types?.includes(followed.type) !== false) {
          untold = 0;
          const { type, text } = treeEventOf(taskId, followed, selection);
          return stream.put(tree.walk.cursor, type, text);
        }
        untold = (untold + 1) % UNTOLD;
        return untold === 0 ? stream.move(tree.walk.cursor) : undefined;
      },
      gone: stream.gone,
    }),
  );
}

function lastEventId(c: ApiContext): TreeWalk | null {
  const header = c.req.header("Last-Event-ID");
  const walk = header === undefined ? null : TreeWalk.at(header);
  if (header !== undefined && walk === null) {
    throw new Problem("invalid_header", "Last-Event-ID must be the id of an event of this stream.");
  }
  return walk;
}
