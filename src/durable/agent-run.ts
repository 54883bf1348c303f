/**
 * The object of one run: a thin shell that turns requests, alarms and sockets into events. Policy
 * lives in `run/`, the loop in `agent/`, the keeping alive in `lifeline.ts`.
 */
import { DurableObject } from "cloudflare:workers";
import { buildDeps, type Deps } from "../deps.ts";
import type { NewEvent } from "../run/event.ts";
import { runFailure } from "../run/failure.ts";
import { abandon } from "../run/recover.ts";
import type { RunSpec } from "../run/spec.ts";
import { isSettled, isTerminal, viewOf } from "../run/view.ts";
import { EventLog, type StoredEvent } from "./event-log.ts";
import { Lifeline } from "./lifeline.ts";
import { Outbox } from "./outbox.ts";
import type { CancelRequest, EventPage, RunAnswer, RunRpc, SpecText } from "./rpc.ts";
import { Watchers } from "./sockets.ts";
import type { RunStorage } from "./storage.ts";

/** Text of one page of events at most, in characters; a single larger event is a page of its own. */
const PAGE_CHARS = 4_000_000;

/** What an object is built with; another deployment, or a test, may bring its own. */
export interface RunParts {
  readonly buildDeps: (env: Env) => Deps;
  readonly storage: RunStorage;
}

export class AgentRun extends DurableObject<Env> implements RunRpc {
  readonly #buildDeps: (env: Env) => Deps;
  readonly #log: EventLog;
  readonly #watchers: Watchers;
  readonly #lifeline: Lifeline;
  // Not persisted: who waits for the run to settle.
  readonly #waiting = new Set<() => void>();
  #built: Deps | null = null;

  constructor(ctx: DurableObjectState, env: Env, parts: Partial<RunParts> = {}) {
    super(ctx, env);
    const storage = parts.storage ?? ctx.storage;
    this.#buildDeps = parts.buildDeps ?? buildDeps;
    this.#log = new EventLog(storage.sql, (write) => storage.transactionSync(write));
    this.#watchers = new Watchers(ctx, this.#log);
    this.#lifeline = new Lifeline({
      ctx,
      storage,
      log: this.#log,
      outbox: new Outbox(
        (projection) => this.#deps.tasks.project(projection),
        () => this.#log.state,
      ),
      deps: () => this.#deps,
      publish: (events) => this.#publish(events),
      watched: () => this.#watchers.any,
      disconnect: () => this.#watchers.closeAll(),
    });
  }

  /** Built on first use: a constructor that throws would cost the run its alarm. */
  get #deps(): Deps {
    this.#built ??= this.#buildDeps(this.env);
    return this.#built;
  }

  async start(specText: SpecText): Promise<RunAnswer> {
    if (this.#log.state.seq > 0) {
      await this.#lifeline.heal();
      return this.#answer(false);
    }
    this.#lifeline.keep(this.#lifeline.begin([created(parseSpec(specText))]));
    if (this.#log.state.seq === 0) {
      throw new Error("the run could not be started");
    }
    return this.#answer(true);
  }

  async cancel(specText: SpecText, { reason, by }: CancelRequest): Promise<RunAnswer> {
    const { state } = this.#log;
    if (isTerminal(state.status)) {
      return this.#answer(false);
    }
    const create = state.seq === 0 ? [created(parseSpec(specText))] : [];
    this.#cancel(create, reason, by);
    return this.#answer(true);
  }

  async abandon(specText: SpecText, message: string): Promise<RunAnswer> {
    if (this.#log.state.seq > 0) {
      await this.#lifeline.heal();
      return this.#answer(false);
    }
    this.#lifeline.conclude([
      created(parseSpec(specText)),
      { type: "run.failed", data: runFailure("dispatch_failed", message) },
    ]);
    return this.#answer(true);
  }

  async view(): Promise<string> {
    this.#lifeline.keep(this.#lifeline.heal());
    return JSON.stringify(viewOf(this.#log.state));
  }

  async settled(timeoutMs: number): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    while (!isSettled(this.#log.state.status) && Date.now() < deadline) {
      await this.#nextStatus(deadline - Date.now());
    }
    return this.view();
  }

  async events(after: number, limit: number): Promise<EventPage> {
    const { seq, status } = this.#log.state;
    const page = this.#log.read(after, limit, PAGE_CHARS);
    return {
      events: `[${page.events.map((event) => event.text).join(",")}]`,
      last_seq: seq,
      has_more: page.more,
      status,
    };
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 426, headers: { Upgrade: "websocket" } });
    }
    return this.#watchers.accept(request);
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#watchers.receive(socket, message, {
      started: () => this.#log.state.seq > 0,
      cancel: (reason, by) => {
        if (!isTerminal(this.#log.state.status)) {
          this.#cancel([], reason, by);
        }
      },
    });
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#watchers.closed(socket, code);
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    return this.#lifeline.onAlarm(info);
  }

  #cancel(create: readonly NewEvent[], reason: string | null, by: string): void {
    const cancelled: NewEvent = {
      type: "run.cancelled",
      data: { by, ...(reason === null ? {} : { reason }) },
    };
    this.#lifeline.conclude([...create, ...abandon(this.#log.state), cancelled]);
  }

  #publish(events: readonly StoredEvent[]): void {
    this.#watchers.publish(events);
    if (isSettled(this.#log.state.status)) {
      for (const wake of this.#waiting) {
        wake();
      }
    }
  }

  #nextStatus(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(done);
    });
  }

  #answer(changed: boolean): RunAnswer {
    return { status: this.#log.state.status, changed };
  }
}

function parseSpec(text: SpecText): RunSpec {
  return JSON.parse(text) as RunSpec;
}

function created(spec: RunSpec): NewEvent {
  const { task_id, tenant_id, input_data, agent, agent_version, config, limits } = spec;
  const { model, planner } = config;
  return {
    type: "run.created",
    data: { task_id, tenant_id, input_data, agent, agent_version, model, planner, config, limits },
  };
}
