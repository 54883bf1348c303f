/**
 * Sessions with MCP servers during a slice of a run. A session is opened when a call needs it, and
 * reused for the next. Each serves one call at a time, so that questions and notifications of the
 * server belong to that call. A waiting run has no sessions.
 */
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { defined } from "../../run/value/defined.ts";
import { ToolStop } from "../../run/value/failure.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { Suspended, type ToolContext } from "../tools/tool.ts";
import { cleaned, type Hide } from "../tools/redact.ts";
import type { Connection } from "./connect.ts";
import { downStop, isNoResponse, type Down, type DownServers } from "./down.ts";
import { stopOf } from "./failure.ts";
import { isGone, SessionGone } from "./session-gone.ts";
import { isVisitable, UrlElicitationRequired } from "./url-elicitation.ts";
import { unlessAborted } from "../../timing.ts";

/** Callbacks of a session to its user. */
interface SessionHooks {
  /** Ends the session. */
  readonly signal: AbortSignal;
  readonly onelicitation: (
    params: ElicitRequest["params"],
    signal: AbortSignal,
  ) => Promise<ElicitResult>;
  readonly hide: Hide;
  /** Called when the response to the newest request has ended. */
  readonly onanswerend: () => void;
}

/**
 * Returns how to connect to a server with its credentials. @throws ToolStop if these are missing
 */
export type Reach = (definition: McpServerDefinition) => Promise<Way>;

/** The way to a server, with its credentials. */
interface Way {
  /** Removes the secrets that are sent to the server from its messages. */
  readonly hide: Hide;
  /** Opens a connection. @throws ToolStop */
  readonly connect: (hooks: SessionHooks) => Promise<Connection>;
}

export interface McpRequest {
  readonly method:
    | "tools/call"
    | "resources/read"
    | "resources/list"
    | "prompts/get"
    | "prompts/list";
  readonly params: JsonObject;
}

/** Receives questions and notifications during a call. */
export type CallContext = Pick<ToolContext, "signal" | "ask" | "report">;

interface Session {
  readonly connection: Connection;
  readonly hide: Hide;
  readonly inUse: { by: Call | null };
}

interface Call {
  readonly definition: McpServerDefinition;
  readonly context: CallContext;
  /** Aborts the call. */
  readonly abort: AbortController;
  done: boolean;
  /** The number of notifications so far. */
  notes: number;
}

/** Disables the SDK's own timeout: the caller's signal ends a request. */
const NO_LIMIT_MS = 2_147_483_647;
/** Maximum time to read a response after its stream has ended, in milliseconds. */
const READ_MS = 250;
/** Maximum number of notifications of one call that are processed. */
const MAX_NOTES = 1000;
/** Maximum number of times that one call may require the user to open URLs. */
const MAX_ELICITATIONS = 3;
const anyResult = z.looseObject({});
const listChanged = z.looseObject({ method: z.literal("notifications/tools/list_changed") });
const logged = z.looseObject({
  method: z.literal("notifications/message"),
  params: z.looseObject({
    level: z.string(),
    logger: z.string().optional(),
    data: z.unknown(),
  }),
});

/** Receives what happens outside of a call. */
export interface SessionsObserver {
  /** Called when a server reports that its tools have changed. */
  onlistchanged(definition: McpServerDefinition): void;
  /** Called if the state of a server cannot be read or stored. */
  fault(name: string, error: unknown): void;
}

export class McpSessions {
  readonly #reach: Reach;
  readonly #downServers: DownServers;
  readonly #observer: SessionsObserver;
  readonly #idle = new Map<string, Session[]>();
  /** Servers that reported changed tools. */
  readonly #changed = new Set<string>();
  readonly #closing = new Set<Promise<void>>();
  /** Attempts to connect whose call has ended before them, by server. */
  readonly #abandoned = new Map<string, Promise<void>>();
  /** Aborts the current sessions; replaced when all are closed. */
  #life = new AbortController();

  constructor(reach: Reach, downServers: DownServers, observer: SessionsObserver) {
    this.#reach = reach;
    this.#downServers = downServers;
    this.#observer = observer;
  }

  /**
   * Sends a request to a server and returns its result.
   * @throws ToolStop, `Suspended`, or the reason of the context's signal
   */
  async request(
    definition: McpServerDefinition,
    request: McpRequest,
    context: CallContext,
  ): Promise<JsonObject> {
    for (let refusals = 0; ; refusals += 1) {
      try {
        return await this.#request(definition, request, context);
      } catch (thrown) {
        if (!(thrown instanceof UrlElicitationRequired)) {
          throw thrown;
        }
        if (refusals >= MAX_ELICITATIONS || !(await thrown.accepted(definition.name, context))) {
          throw new ToolStop("mcp_error", thrown.message);
        }
      }
    }
  }

  async #request(
    definition: McpServerDefinition,
    request: McpRequest,
    context: CallContext,
  ): Promise<JsonObject> {
    const idle = this.#takeIdle(definition.name);
    if (idle !== null) {
      try {
        return await this.#ask(idle, definition, request, context);
      } catch (thrown) {
        if (!(thrown instanceof SessionGone)) {
          throw thrown;
        }
        // The server rejected it before any effect, so a new session may repeat it.
      }
    }
    const fresh = await this.#connect(definition, context.signal);
    try {
      return await this.#ask(fresh, definition, request, context);
    } catch (thrown) {
      throw thrown instanceof SessionGone ? thrown.stop : thrown;
    }
  }

  /** Ends all sessions. Takes a few seconds at most, and does not reject. */
  async close(): Promise<void> {
    const life = this.#life;
    this.#life = new AbortController();
    for (const { connection } of [...this.#idle.values()].flat()) {
      this.#end(connection);
    }
    this.#idle.clear();
    await Promise.all(this.#closing);
    life.abort();
  }

  /** Returns an idle session. Skips sessions whose connection has broken. */
  #takeIdle(server: string): Session | null {
    const all = this.#idle.get(server) ?? [];
    for (let session = all.pop(); session !== undefined; session = all.pop()) {
      if (!session.connection.signal.aborted) {
        return session;
      }
      this.#end(session.connection);
    }
    return null;
  }

  /** Ends a session, and notifies its server, in the background. */
  #end(connection: Connection): void {
    const closing = connection.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #connect(definition: McpServerDefinition, signal: AbortSignal): Promise<Session> {
    const inUse: Session["inUse"] = { by: null };
    const { hide, ...way } = await unlessAborted(this.#reach(definition), signal);
    await unlessAborted(this.#mayContact(definition), signal);
    const opening = this.#opened(definition, hide, way.connect, {
      signal: this.#life.signal,
      hide,
      onelicitation: (params, takenBack) => answerOf(inUse.by, cleaned(params, hide), takenBack),
      onanswerend: () => breakSoon(inUse.by),
    });
    let connection: Connection;
    try {
      connection = await unlessAborted(opening, signal);
    } catch (thrown) {
      const abandoned = opening.then((late) => this.#end(late)).catch(() => {});
      this.#abandoned.set(definition.name, abandoned);
      signal.throwIfAborted();
      const { code, message } = stopOf(thrown, undefined, hide);
      throw new ToolStop(code, message, { cause: thrown, unsent: true });
    }
    connection.client.setNotificationHandler(logged, ({ params }) => {
      if (counts(inUse.by)) {
        const { level, logger, data = null } = cleaned(params, hide);
        inUse.by?.context.report?.({
          kind: "log",
          level,
          ...defined({ logger }),
          data: data as JsonValue,
        });
      }
    });
    connection.client.setNotificationHandler(listChanged, () => {
      if (!this.#changed.has(definition.name)) {
        this.#changed.add(definition.name);
        this.#observer.onlistchanged(definition);
      }
    });
    return { connection, hide, inUse };
  }

  /**
   * Waits for an attempt whose call has ended: that call and the attempt have the same timeout.
   * @throws ToolStop `server_down` if the server did not respond a short time ago
   */
  async #mayContact(definition: McpServerDefinition): Promise<void> {
    await this.#abandoned.get(definition.name);
    this.#abandoned.delete(definition.name);
    let known: Down | null = null;
    try {
      known = await this.#downServers.down(definition);
    } catch (error) {
      this.#observer.fault("mcp.health", error);
    }
    if (known !== null) {
      throw downStop(definition, known);
    }
  }

  /** Opens a connection, and stores that its server does not respond. @throws ToolStop */
  async #opened(
    definition: McpServerDefinition,
    hide: Hide,
    connect: Way["connect"],
    hooks: SessionHooks,
  ): Promise<Connection> {
    try {
      return await connect(hooks);
    } catch (thrown) {
      const stop = stopOf(thrown, undefined, hide);
      if (isNoResponse(stop.code)) {
        await this.#downServers
          .failed(definition, stop)
          .catch((error: unknown) => this.#observer.fault("mcp.health", error));
      }
      throw thrown;
    }
  }

  async #ask(
    session: Session,
    definition: McpServerDefinition,
    { method, params }: McpRequest,
    context: CallContext,
  ): Promise<JsonObject> {
    const { connection, hide, inUse } = session;
    const abort = new AbortController();
    const call = { definition, context, abort, done: false, notes: 0 };
    inUse.by = call;
    const signal = AbortSignal.any([context.signal, abort.signal, connection.signal]);
    try {
      signal.throwIfAborted();
      const asked = connection.client.request({ method, params: { ...params } }, anyResult, {
        signal,
        timeout: NO_LIMIT_MS,
        onprogress: (sent) => {
          if (!counts(call)) {
            return;
          }
          const { progress, total, message = "" } = sent;
          context.report?.({
            kind: "progress",
            progress,
            ...defined({ total, message: message === "" ? undefined : hide(message) }),
          });
        },
      });
      const result = cleaned(await unlessAborted(asked, signal), hide);
      this.#idle.set(definition.name, [...(this.#idle.get(definition.name) ?? []), session]);
      return isJsonObject(result) ? result : {};
    } catch (thrown) {
      call.done = true;
      this.#end(connection);
      context.signal.throwIfAborted();
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : null;
      if (reason instanceof Suspended || reason instanceof ToolStop) {
        throw reason;
      }
      const stop = stopOf(thrown, connection.signal, hide);
      const required = UrlElicitationRequired.of(thrown, stop.message, hide);
      throw required ?? (isGone(thrown) ? new SessionGone(stop) : stop);
    } finally {
      call.done = true;
      inUse.by = null;
    }
  }
}

/** Counts a notification. Returns whether it is processed. */
function counts(call: Call | null): boolean {
  if (call === null || call.notes >= MAX_NOTES) {
    return false;
  }
  call.notes += 1;
  return true;
}

/** Answers a server's question with a person's reply. Cancels it if no person can be asked. */
async function answerOf(
  call: Call | null,
  params: ElicitRequest["params"],
  takenBack: AbortSignal,
): Promise<ElicitResult> {
  const ask = call?.context.ask;
  const { message } = params;
  if (call === null || ask === undefined || ("url" in params && !isVisitable(params.url))) {
    return { action: "cancel" };
  }
  // A closed connection also aborts this signal, and does not mean that the server withdrew its
  // question.
  const back = new AbortController();
  takenBack.addEventListener("abort", () => {
    if (!call.done && !call.abort.signal.aborted) {
      back.abort();
    }
  });
  const form = "requestedSchema" in params ? { schema: toJson(params.requestedSchema) } : {};
  const address = "url" in params ? { url: params.url } : {};
  try {
    const { action, content } = await ask({
      server: call.definition.name,
      message,
      takenBack: back.signal,
      ...form,
      ...address,
    });
    // The protocol allows only flat fields. The person's reply has been validated against the
    // server's schema.
    return content === null ? { action } : { action, content: content as Content };
  } catch (thrown) {
    call.abort.abort(thrown);
    // The server gets no answer, because the call is aborted.
    return new Promise(() => {});
  }
}

type Content = NonNullable<ElicitResult["content"]>;

function toJson(value: unknown): JsonObject {
  const json: unknown = JSON.parse(JSON.stringify(value));
  return isJsonObject(json) ? json : {};
}

/** Ends a call whose response stream has ended, unless its response is still being read. */
function breakSoon(call: Call | null): void {
  if (call !== null) {
    const broken = new ToolStop("server_unreachable", "The server's answer broke off.");
    setTimeout(() => {
      if (!call.done) {
        call.abort.abort(broken);
      }
    }, READ_MS);
  }
}
