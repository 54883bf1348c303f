/**
 * `/api/v1/tasks/{id}/events`: one log, three renderings by negotiation. The run's object speaks
 * only the hibernating WebSocket; SSE is translated from it here, so that an SSE client does not
 * keep the object awake either.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { checkScope, eventCredentials } from "./auth.ts";
import type { ApiContext, AppEnv } from "./context.ts";
import { sseResponse } from "./event-stream.ts";
import { Problem } from "./problem.ts";
import { refusals } from "./routes.ts";
import { watchAddress } from "../durable/rpc.ts";
import * as schemas from "./schemas.ts";
import { taskOf } from "./task-view.ts";
import type { TaskRow } from "../store/tasks.ts";
import type { Caller } from "../store/keys.ts";

const SUBPROTOCOL = "opspawn.v1";
const DEFAULT_LIMIT = 100;
/** Accepts a stream, and not with the weight 0. */
const WANTS_STREAM = /text\/event-stream(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;

const eventsRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/events",
  operationId: "listEvents",
  summary: "The event log of a task",
  description:
    "A JSON page; with `Accept: text/event-stream` a live stream (resume by `Last-Event-ID` or `after`); with `Upgrade: websocket` the live protocol `opspawn.v1`.",
  tags: ["Events"],
  security: [{ bearer: ["tasks:read"] }, { ticket: [] }],
  request: { params: schemas.taskPath, query: schemas.eventsQuery },
  responses: {
    200: {
      description: "A page of events, or the stream of them.",
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
    const { id } = c.req.valid("param");
    const query = c.req.valid("query");
    const isHead = c.req.method === "HEAD";
    const upgrade = !isHead && c.req.header("Upgrade")?.toLowerCase() === "websocket";
    const found = await watchedTask(c, id, upgrade);
    if (found instanceof Response) {
      return found;
    }
    if (upgrade) {
      return openSocket(c, found.row, found.caller, query.after ?? null);
    }
    const after = query.after ?? 0;
    if (WANTS_STREAM.test(c.req.header("Accept") ?? "")) {
      const from = lastEventId(c) ?? after;
      return isHead
        ? c.body(null, 200, { "Content-Type": "text/event-stream" })
        : sseResponse(c, found.row, found.caller, from);
    }
    const run = c.var.deps.run(found.row.tenant_id, found.row.task_id);
    const page = await run.events(after, query.limit ?? DEFAULT_LIMIT);
    const { events, ...rest } = page;
    return c.body(`{"events":${events},${JSON.stringify(rest).slice(1)}`, 200, {
      "Content-Type": "application/json",
    });
  });
}

/** The task that is to be watched and by whom; or, for a browser's socket, how it is refused. */
async function watchedTask(
  c: ApiContext,
  id: string,
  upgrade: boolean,
): Promise<{ row: TaskRow; caller: Caller } | Response> {
  const { deps } = c.var;
  const { caller, fromBrowser } = await eventCredentials(deps, c.req.raw, id);
  try {
    if (caller === null) {
      throw new Problem("unauthorized", "Send a valid key, or a ticket for this task.", {
        headers: { "WWW-Authenticate": 'Bearer realm="opspawn"' },
      });
    }
    checkScope(caller, "tasks:read");
    return { row: await taskOf(deps, caller, id), caller };
  } catch (error) {
    if (upgrade && fromBrowser && error instanceof Problem) {
      return refusedSocket(c, error);
    }
    throw error;
  }
}

/** A browser cannot see the status of a refused upgrade: accept it, and say so by a close code. */
function refusedSocket(c: ApiContext, problem: Problem): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(problem.code === "not_found" ? 4404 : 4401, problem.detail);
  return new Response(null, { status: 101, webSocket: client, headers: protocolOf(c) });
}

function openSocket(
  c: ApiContext,
  row: TaskRow,
  caller: Caller,
  after: number | null,
): Promise<Response> {
  const mayWrite = caller.scopes.has("tasks:write");
  const url = watchAddress({ taskId: row.task_id, by: caller, mayWrite, after });
  const headers = { Upgrade: "websocket", ...protocolOf(c) };
  return c.var.deps.run(row.tenant_id, row.task_id).fetch(new Request(url, { headers }));
}

/** Our subprotocol, if the client offered any: what is offered must be answered. */
function protocolOf(c: ApiContext): Record<string, string> {
  return c.req.header("Sec-WebSocket-Protocol") === undefined
    ? {}
    : { "Sec-WebSocket-Protocol": SUBPROTOCOL };
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
