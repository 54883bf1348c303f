/**
 * `/api/v1/tasks/{id}/events`: one log in three formats, by content negotiation. The run's Durable
 * Object only speaks its hibernating WebSocket. The Worker translates that to SSE, so that an SSE
 * client does not keep the object awake either.
 */
import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import { createMiddleware } from "hono/factory";
import { checkScope, eventCaller, isFromBrowser } from "../http/auth.ts";
import type { ApiContext, AppEnv } from "../context.ts";
import { sseResponse } from "./event-stream.ts";
import { Problem } from "../http/problem.ts";
import { refusals } from "../openapi/routes.ts";
import { watchAddress, type EventPage, type EventSelection } from "../../durable/run/rpc.ts";
import { isUpgrade, protocolOf, wantsStream } from "./live-request.ts";
import * as schemas from "./schemas.ts";
import { taskOf } from "./view.ts";

const DEFAULT_LIMIT = 100;
/** Middleware that authenticates the caller before the request is validated. @throws Problem */
const mayWatch = createMiddleware<AppEnv>(async (c, next) => {
  const caller = await eventCaller(c.var, c.req.raw, c.req.param("id") ?? "");
  try {
    if (caller === null) {
      throw new Problem("unauthorized", "Send a valid key, or a ticket for this task.", {
        headers: { "WWW-Authenticate": 'Bearer realm="opspawn"' },
      });
    }
    checkScope(caller, "tasks:read");
  } catch (error) {
    return refused(c.req, error);
  }
  c.set("caller", caller);
  return next();
});

const eventsRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/events",
  operationId: "listEvents",
  summary: "Read or stream the event log of a task",
  description:
    "Returns a JSON page. With `Accept: text/event-stream`, a live stream (resume with `Last-Event-ID` or `after`). With `Upgrade: websocket`, the live protocol `opspawn.v1`. `types` and `outline` apply to all three.",
  tags: ["Events"],
  security: [{ bearer: ["tasks:read"] }, { ticket: [] }],
  middleware: [mayWatch] as const,
  request: { params: schemas.taskPath, query: schemas.eventsQuery },
  responses: {
    200: {
      description: "A page of events, or the event stream.",
      content: {
        "application/json": { schema: schemas.eventPage },
        "text/event-stream": { schema: { type: "string" } },
      },
    },
    101: { description: "The live protocol `opspawn.v1`." },
    ...refusals("not_found", "validation_failed"),
  },
});

/** Adds the events route to an app. */
export function eventRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(eventsRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id } = c.req.valid("param");
    const query = c.req.valid("query");
    const row = await taskOf(deps, caller, id).catch((error: unknown) => refused(c.req, error));
    if (row instanceof Response) {
      return row;
    }
    const run = deps.run(row.tenant_id, row.task_id);
    const given = query.cursor ?? query.after;
    const after = given ?? 0;
    const selection = selectionOf(query);
    if (isUpgrade(c.req)) {
      const mayWrite = caller.scopes.has("tasks:write");
      const by = caller;
      const url = watchAddress({ taskId: id, by, mayWrite, after: given ?? null, selection });
      const headers = { Upgrade: "websocket", ...protocolOf(c.req) };
      return run.fetch(new Request(url, { headers }));
    }
    if (wantsStream(c.req)) {
      const from = lastEventId(c) ?? after;
      return c.req.method === "HEAD"
        ? c.body(null, 200, { "Content-Type": "text/event-stream" })
        : sseResponse(c, row, caller, from, selection);
    }
    const page = await run.events(after, query.limit ?? DEFAULT_LIMIT, selection);
    const { last_seq, status } = page;
    const rest = { next_cursor: page.has_more ? String(endOf(page)) : null, last_seq, status };
    return c.body(`{"data":${page.events},${JSON.stringify(rest).slice(1)}`, 200, {
      "Content-Type": "application/json",
    });
  });
}

function selectionOf({ types, outline }: z.output<typeof schemas.eventsQuery>): EventSelection {
  return { ...(types !== undefined && { types }), outline: outline === "1" };
}

/** Returns the `seq` up to which a page covers the log. */
function endOf({ events, end }: EventPage): number | undefined {
  return end ?? (JSON.parse(events) as { seq: number }[]).at(-1)?.seq;
}

/**
 * Rejects a request. A browser cannot see the status of a rejected upgrade, so its WebSocket is
 * accepted and then closed with a close code. @throws the error for any other request
 */
function refused(request: HonoRequest, error: unknown): Response {
  if (!(isUpgrade(request) && isFromBrowser(request.raw) && error instanceof Problem)) {
    throw error;
  }
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(error.code === "not_found" ? 4404 : 4401, error.detail);
  return new Response(null, { status: 101, webSocket: client, headers: protocolOf(request) });
}

function lastEventId(c: ApiContext): number | null {
  const header = c.req.header("Last-Event-ID");
  if (header === undefined) {
    return null;
  }
  if (!/^\d{1,15}$/.test(header)) {
    throw new Problem("invalid_header", "Last-Event-ID must be the seq of an event.");
  }
  return Number(header);
}
