/**
 * `/test/mcp`: the server of `/mcp` with the fixed offer of the protocol's conformance suite, which
 * also asks the client questions in the middle of a call. For that a session must outlive its first
 * request, so it is held in this isolate's memory: fit only for tests against one local isolate.
 */
import type { EventStore } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { jsonBody } from "../../src/api/http/body.ts";
import type { ApiContext } from "../../src/api/context.ts";
import { Problem } from "../../src/api/http/problem.ts";
import { conformanceOffer } from "./conformance-offer.ts";
import { connect, type Connection } from "../../src/api/mcp/server.ts";
import { streamed } from "../../src/api/mcp/streamed.ts";

const MAX_SESSIONS = 200;
const sessions = new Map<string, Session>();

/** How soon a client may come back for a stream that was closed on it, milliseconds. */
const RETRY_MS = 100;

interface Session extends Connection {
  /** Calls that are not answered yet: some go on after their stream was closed. */
  readonly calls: Set<Promise<unknown>>;
}

/** Answers a request of whatever method, in the session that it names or in one that it begins. */
export async function serveTestMount(c: ApiContext): Promise<Response> {
  await jsonBody(c, async () => {});
  const parsed: object = c.req.method === "POST" ? { parsedBody: await c.req.json() } : {};
  const id = c.req.header("Mcp-Session-Id");
  const session = id === undefined ? await newSession() : sessions.get(id);
  if (session === undefined) {
    throw new Problem("not_found", "There is no such session.");
  }
  const response = await session.transport.handleRequest(c.req.raw, parsed);
  return streamed(c, response, async () => {
    await Promise.allSettled(session.calls);
  });
}

/** A session, which is kept once its first request has begun it. */
async function newSession(): Promise<Session> {
  const calls = new Set<Promise<unknown>>();
  const offer = conformanceOffer();
  const connection = await connect(
    {
      ...offer,
      call: (request, extra) => {
        const call = offer.call(request, extra).finally(() => calls.delete(call));
        calls.add(call);
        return call;
      },
    },
    {
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => keep(id, session),
      onsessionclosed: (id) => {
        sessions.delete(id);
      },
      eventStore: new KeptEvents(),
      retryInterval: RETRY_MS,
    },
  );
  const session = { ...connection, calls };
  return session;
}

function keep(id: string, session: Session): void {
  const oldest = sessions.keys().next();
  if (sessions.size >= MAX_SESSIONS && oldest.done !== true) {
    sessions.delete(oldest.value);
  }
  sessions.set(id, session);
}

/** What a session has sent, for a client that comes back after a stream was closed on it. */
class KeptEvents implements EventStore {
  readonly #events: { readonly stream: string; readonly message: JSONRPCMessage }[] = [];

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    return `${this.#events.push({ stream, message })}`;
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events[Number(id) - 1]?.stream;
  }

  async replayEventsAfter(
    id: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const stream = this.#events[Number(id) - 1]?.stream ?? "";
    for (const [i, event] of this.#events.entries()) {
      if (i >= Number(id) && event.stream === stream) {
        await send(`${i + 1}`, event.message);
      }
    }
    return stream;
  }
}
