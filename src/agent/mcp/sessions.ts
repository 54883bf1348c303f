/**
 * Sessions with MCP servers, for as long as a slice of a run works. One is opened when a call needs
 * it and kept for the next; each serves one call at a time, so that what a server asks on the way is
 * known to belong to that call. A run that rests has none.
 */
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { ToolStop } from "../../run/failure.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/json.ts";
import type { McpServerDefinition } from "../../run/mcp-server.ts";
import { Suspended, type ToolContext } from "../tools/tool.ts";
import { stopOf, type Connection } from "./connect.ts";

/** What a session tells whoever uses it. */
interface SessionHooks {
  /** Ends the session. */
  readonly signal: AbortSignal;
  readonly onelicitation: (params: ElicitRequest["params"]) => Promise<ElicitResult>;
  /** An answer to a request of ours came to its end. */
  readonly onanswerend: () => void;
}

/** The way to a server, with its credentials. @throws ToolStop where these are not there */
export type Reach = (definition: McpServerDefinition) => {
  /** What the server says, without the secrets that it is sent. */
  readonly hide: (text: string) => string;
  /** @throws ToolStop */
  readonly connect: (hooks: SessionHooks) => Promise<Connection>;
};

export interface McpRequest {
  readonly method:
    | "tools/call"
    | "resources/read"
    | "resources/list"
    | "prompts/get"
    | "prompts/list";
  readonly params: JsonObject;
}

/** Where what comes with a call on its way goes. */
export type CallContext = Pick<ToolContext, "signal" | "ask" | "report">;

interface Session {
  readonly connection: Connection;
  /** What the server says, without secrets. */
  readonly cleaned: <T>(said: T) => T;
  readonly inUse: { by: Call | null };
}

interface Call {
  readonly definition: McpServerDefinition;
  readonly context: CallContext;
  /** Gives the call up. */
  readonly abort: AbortController;
  done: boolean;
}

/** The SDK's own clock is not the one that counts: the caller's signal ends a request. */
const NO_LIMIT_MS = 2_147_483_647;
/** How long an answer may take to be read once its stream has ended, milliseconds. */
const READ_MS = 250;

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

export class McpSessions {
  readonly #reach: Reach;
  readonly #onlistchanged: (definition: McpServerDefinition) => void;
  readonly #idle = new Map<string, Session[]>();
  /** Of the sessions since they were last ended. */
  #life = new AbortController();

  /** @param onlistchanged a server says that its tools are others now */
  constructor(reach: Reach, onlistchanged: (definition: McpServerDefinition) => void) {
    this.#reach = reach;
    this.#onlistchanged = onlistchanged;
  }

  /**
   * Makes a request of a server and gives its result.
   * @throws ToolStop, `Suspended`, or the reason of the context's signal
   */
  async request(
    definition: McpServerDefinition,
    request: McpRequest,
    context: CallContext,
  ): Promise<JsonObject> {
    const idle = this.#idle.get(definition.name)?.pop();
    if (idle !== undefined) {
      try {
        return await this.#ask(idle, definition, request, context);
      } catch (thrown) {
        if (!(thrown instanceof SessionGone)) {
          throw thrown;
        }
        // It was refused before anything was done: a new session may ask again.
      }
    }
    const fresh = await this.#connect(definition, context.signal);
    try {
      return await this.#ask(fresh, definition, request, context);
    } catch (thrown) {
      throw thrown instanceof SessionGone ? thrown.stop : thrown;
    }
  }

  /** Ends all sessions. Does not reject; nothing waits for it. */
  close(): void {
    const all = [...this.#idle.values()].flat();
    const life = this.#life;
    this.#idle.clear();
    this.#life = new AbortController();
    void Promise.all(all.map(({ connection }) => connection.close())).finally(() => life.abort());
  }

  async #connect(definition: McpServerDefinition, signal: AbortSignal): Promise<Session> {
    const inUse: Session["inUse"] = { by: null };
    const way = this.#reach(definition);
    const cleaned = <T>(said: T): T => JSON.parse(way.hide(JSON.stringify(said))) as T;
    const opening = way.connect({
      signal: this.#life.signal,
      onelicitation: (params) => answerOf(inUse.by, cleaned(params)),
      onanswerend: () => breakSoon(inUse.by),
    });
    let connection: Connection;
    try {
      connection = await orAborted(opening, signal);
    } catch (thrown) {
      void opening.then((late) => late.close()).catch(() => {});
      signal.throwIfAborted();
      const { code, message } = stopOf(thrown);
      throw new ToolStop(code, way.hide(message), { cause: thrown, unsent: true });
    }
    connection.client.setNotificationHandler(logged, ({ params }) => {
      const { level, logger, data = null } = cleaned(params);
      const named = logger === undefined ? {} : { logger };
      inUse.by?.context.report?.({ kind: "log", level, ...named, data: data as JsonValue });
    });
    connection.client.setNotificationHandler(listChanged, () => this.#onlistchanged(definition));
    return { connection, cleaned, inUse };
  }

  async #ask(
    session: Session,
    definition: McpServerDefinition,
    { method, params }: McpRequest,
    context: CallContext,
  ): Promise<JsonObject> {
    const { connection, cleaned, inUse } = session;
    const abort = new AbortController();
    const call = { definition, context, abort, done: false };
    inUse.by = call;
    const signal = AbortSignal.any([context.signal, abort.signal, connection.signal]);
    try {
      signal.throwIfAborted();
      const asked = connection.client.request({ method, params: { ...params } }, anyResult, {
        signal,
        timeout: NO_LIMIT_MS,
        onprogress: (sent) => {
          const { progress, total, message } = cleaned(sent);
          context.report?.({
            kind: "progress",
            progress,
            ...(total === undefined ? {} : { total }),
            ...(message === undefined ? {} : { message }),
          });
        },
      });
      const result = cleaned(await orAborted(asked, signal));
      this.#idle.set(definition.name, [...(this.#idle.get(definition.name) ?? []), session]);
      return isJsonObject(result) ? result : {};
    } catch (thrown) {
      void connection.close();
      context.signal.throwIfAborted();
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : null;
      if (reason instanceof Suspended || reason instanceof ToolStop) {
        throw reason;
      }
      const { code, message } = stopOf(thrown, connection.signal);
      const stop = new ToolStop(code, cleaned(message), { cause: thrown });
      throw isGone(thrown) ? new SessionGone(stop) : stop;
    } finally {
      call.done = true;
      inUse.by = null;
    }
  }
}

/** A session that its server does not know any more. */
class SessionGone extends Error {
  readonly stop: ToolStop;
  constructor(stop: ToolStop) {
    super(stop.message);
    this.stop = stop;
  }
}

/** 404, as the protocol has it, or 400 with a word about sessions, as many servers have it. */
function isGone(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    (thrown.code === 404 || (thrown.code === 400 && /session/i.test(thrown.message)))
  );
}

/** What a person says to a question of a server; a call that nobody can be asked for cancels it. */
async function answerOf(call: Call | null, params: ElicitRequest["params"]): Promise<ElicitResult> {
  const ask = call?.context.ask;
  if (call === null || ask === undefined) {
    return { action: "cancel" };
  }
  const { message } = params;
  const form = "requestedSchema" in params ? { schema: toJson(params.requestedSchema) } : {};
  const address = "url" in params ? { url: params.url } : {};
  try {
    const { action, content } = await ask({
      server: call.definition.name,
      message,
      ...form,
      ...address,
    });
    // The protocol has plain fields only; what the person said fits the server's own schema.
    return content === null ? { action } : { action, content: content as Content };
  } catch (thrown) {
    call.abort.abort(thrown);
    // The server is not told anything: the call is given up.
    return new Promise(() => {});
  }
}

type Content = NonNullable<ElicitResult["content"]>;

function toJson(value: unknown): JsonObject {
  const json: unknown = JSON.parse(JSON.stringify(value));
  return isJsonObject(json) ? json : {};
}

/** Ends a call whose answer's stream has ended, unless what it brought is being read just now. */
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

/** @throws the signal's reason as soon as it is aborted */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  work.catch(() => {});
  const stop = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) {
    stop();
  }
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
