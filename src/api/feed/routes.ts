/**
 * `/api/v1/feed`: status changes of a tenant's tasks, as a page, server-sent events or a WebSocket.
 * The feed's object only speaks its hibernating WebSocket; the Worker translates that to SSE.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { FeedRefusal } from "../../durable/feed/rpc.ts";
import type { ApiContext, AppEnv } from "../context.ts";
import { checkScope, feedCaller, isFromBrowser } from "../http/auth.ts";
import { Problem } from "../http/problem.ts";
import { invalid } from "../http/validation.ts";
import { refusals } from "../openapi/routes.ts";
import { streamOf } from "../tasks/event-stream.ts";
import { isUpgrade, protocolOf, wantsStream } from "../tasks/live-request.ts";
import { followFeed, openFeed } from "./follow.ts";
import * as schemas from "./schemas.ts";

const DEFAULT_LIMIT = 100;
/** Close code for a cursor that has expired, for browsers: they cannot see a 410. */
const GONE = 4410;
const EXPIRED =
  "The cursor is older than the changes that are kept. List the tasks with updated_after, and follow the feed without a cursor.";

/** Middleware that authenticates the caller, also by subprotocol. @throws Problem */
const mayFollow = createMiddleware<AppEnv>(async (c, next) => {
  const caller = await feedCaller(c.var, c.req.raw);
  if (caller === null) {
    const problem = new Problem("unauthorized", "Send a valid key.", {
      headers: { "WWW-Authenticate": 'Bearer realm="opspawn"' },
    });
    return closedFor(c, problem, 4401);
  }
  checkScope(caller, "tasks:read");
  c.set("caller", caller);
  return next();
});

const feedRoute = createRoute({
  method: "get",
  path: "/api/v1/feed",
  operationId: "followFeed",
  summary: "Follow status changes of all tasks",
  description:
    "Returns a JSON page of changes. With `Accept: text/event-stream`, a live stream (resume with `Last-Event-ID` or `after`). With `Upgrade: websocket`, the messages `hello`, `change` and `caught_up`. Each change is sent once, and those of one task in order. Changes are kept for a day. A task appears with its first status after `pending`.",
  tags: ["Events"],
  security: [{ bearer: ["tasks:read"] }],
  middleware: [mayFollow] as const,
  request: { query: schemas.feedQuery },
  responses: {
    200: {
      description: "A page of changes, or the stream.",
      content: {
        "application/json": { schema: schemas.feedPage },
        "text/event-stream": { schema: { type: "string" } },
      },
    },
    101: { description: "The live feed." },
    ...refusals("cursor_expired", "invalid_header", "validation_failed"),
  },
});

/** Adds the feed to an app. */
export function feedRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(feedRoute, async (c) => {
    const { deps, caller } = c.var;
    const { after: given, cursor, limit = DEFAULT_LIMIT } = c.req.valid("query");
    const after = cursor ?? given ?? null;
    const feed = () => deps.feed(caller.tenantId);
    if (isUpgrade(c.req)) {
      const answer = await openFeed(feed(), caller, after, protocolOf(c.req));
      return answer.webSocket === null || answer.webSocket === undefined
        ? closedFor(c, refusalOf(answer.status), answer.status === 410 ? GONE : 4400)
        : answer;
    }
    if (wantsStream(c.req)) {
      if (c.req.method === "HEAD") {
        return c.body(null, 200, { "Content-Type": "text/event-stream" });
      }
      const from = lastEventId(c) ?? after;
      const answer = await openFeed(feed(), caller, from);
      const socket = answer.webSocket ?? null;
      if (socket === null) {
        throw refusalOf(answer.status);
      }
      const open = async (at: string | null) =>
        (await openFeed(feed(), caller, at ?? from)).webSocket ?? null;
      return streamOf(c, (stream) =>
        followFeed(socket, open, {
          take: ({ type, cursor: id, text }) => stream.put(id, type, text),
          gone: stream.gone,
        }),
      );
    }
    const page = await feed().page(after, limit);
    if (!page.ok) {
      throw problemOf(page.reason);
    }
    const rest = { next_cursor: page.has_more ? page.cursor : null, cursor: page.cursor };
    const data = page.entries.map(({ text }) => text).join(",");
    return c.body(`{"data":[${data}],${JSON.stringify(rest).slice(1)}`, 200, {
      "Content-Type": "application/json",
    });
  });
}

function lastEventId(c: ApiContext): string | null {
  const header = c.req.header("Last-Event-ID") ?? null;
  if (header !== null && !schemas.CURSOR.test(header)) {
    throw new Problem("invalid_header", "Last-Event-ID must be a cursor of the feed.");
  }
  return header;
}

function problemOf(reason: FeedRefusal["reason"]): Problem {
  return reason === "expired"
    ? new Problem("cursor_expired", EXPIRED)
    : invalid("query", [{ pointer: "/after", detail: "is not a cursor of this feed" }]);
}

function refusalOf(status: number): Problem {
  return status === 410 || status === 422
    ? problemOf(status === 410 ? "expired" : "unknown")
    : new Problem("unavailable", "The feed cannot be reached; try again shortly.", {
        headers: { "Retry-After": "1" },
      });
}

/**
 * Rejects a request. A browser cannot see the status of a rejected upgrade, so its WebSocket is
 * accepted and then closed with a close code. @throws the problem for any other request
 */
function closedFor(c: ApiContext, problem: Problem, code: number): Response {
  if (!(isUpgrade(c.req) && isFromBrowser(c.req.raw))) {
    throw problem;
  }
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, problem.detail.slice(0, 100));
  return new Response(null, { status: 101, webSocket: client, headers: protocolOf(c.req) });
}
