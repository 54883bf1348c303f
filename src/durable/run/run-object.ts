/**
 * The Durable Object of one run: a thin shell that turns requests, alarms and sockets into events.
 * `run/` decides what a run does, `agent/` contains the loop, and `driver.ts` schedules it.
 */
import { DurableObject } from "cloudflare:workers";
import type { Deps } from "./deps.ts";
import { observerFor, type ObservedIds, type Observer } from "../../observe.ts";
import { digestOf } from "../../agent/loop/digest.ts";
import { traceOf } from "../../run/trace/identity.ts";
import { defined } from "../../run/value/defined.ts";
import { countEvents } from "./event-counts.ts";
import { historyOf } from "../../agent/loop/history.ts";
import type { NewEvent } from "../../run/log/event.ts";
import { runFailure } from "../../run/value/failure.ts";
import type { RunCommand } from "../../run/decide/command.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import { isSettled, isTerminal, viewOf } from "../../run/decide/view.ts";
import { wantsChild } from "./children.ts";
import { hasWebhooks } from "./outbox/webhook-outbox.ts";
import { EventLog, type StoredEvent } from "./storage/event-log.ts";
import { failInD1 } from "./fail-in-d1.ts";
import type {
  CancelRequest,
  CommandAnswer,
  EventPage,
  EventSelection,
  JsonText,
  OutputPage,
  RunAnswer,
  RunHealth,
  RunPast,
  RunRpc,
  SpecText,
} from "./rpc.ts";
import { Prompts } from "./prompts.ts";
import { created, RunCore } from "./run-core.ts";
import { Tombstone } from "./storage/tombstone.ts";
import type { RunContext } from "./context.ts";
import { Watchers } from "./live/watchers.ts";
import type { RunStorage } from "./storage/storage.ts";

/** Maximum characters of one page of events. A single larger event is a page of its own. */
const PAGE_CHARS = 4_000_000;

/** The parts that the object is built from. */
export interface RunParts {
  /**
   * Called on first use, not in the constructor: a constructor that throws would lose the run's
   * alarm.
   */
  readonly deps: () => Deps;
  /** Reports faults, even if `deps` throws. */
  readonly observer: Observer;
  /** Tests replace the object's storage to stop it around a write. */
  readonly storage?: RunStorage;
}

/** The answer of an object whose run was deleted. */
const DELETED: RunAnswer = { status: "cancelled", changed: false };

/** The object of one run. Every RPC method is described in `RunRpc`. */
export class RunObject extends DurableObject<Env> implements RunRpc {
  readonly #context: RunContext;
  readonly #core: RunCore;
  readonly #values: RunCore["values"];
  readonly #prompts: Prompts;
  readonly #watchers: Watchers;
  readonly #outbox: RunCore["outbox"];
  readonly #budgets: RunCore["budgets"];
  readonly #driver: RunCore["driver"];
  readonly #commands: RunCore["commands"];
  readonly #tombstone: Tombstone;
  // Not persisted: callers that wait for the run to settle.
  readonly #statusWaiters = new Set<() => void>();

  constructor(ctx: DurableObjectState, env: Env, parts: RunParts) {
    super(ctx, env);
    const context = contextOf(ctx, parts);
    const { storage, log, now, deps } = context;
    this.#context = context;
    this.#prompts = new Prompts(context);
    this.#tombstone = new Tombstone(storage);
    this.#watchers = new Watchers(ctx, log, {
      stillValid: async (shown) => deps().keys.stillValid(shown, new Date(now()).toISOString()),
      everyMs: () => this.#keyCacheMs(),
      now,
    });
    const core = new RunCore(context, {
      name: ctx.id.name ?? null,
      publish: (events) => this.#publish(events),
      watched: () => this.#watchers.any,
      disconnect: () => this.#watchers.closeAll(),
      onEmptyAlarm: () => this.#tombstone.lift(),
    });
    this.#core = core;
    this.#values = core.values;
    this.#outbox = core.outbox;
    this.#budgets = core.budgets;
    this.#driver = core.driver;
    this.#commands = core.commands;
  }

  async start(specText: SpecText): Promise<RunAnswer> {
    if (this.#context.log.state.seq === 0 && this.#tombstone.stands) {
      return DELETED;
    }
    return this.#answer(await this.#core.start(parseSpec(specText)));
  }

  async cancel(specText: SpecText, { reason, by }: CancelRequest): Promise<RunAnswer> {
    const { state } = this.#context.log;
    if (isTerminal(state.status)) {
      return this.#answer(false);
    }
    if (state.seq === 0) {
      const data = { by, ...(reason === null ? {} : { reason }) };
      this.#append([created(parseSpec(specText)), { type: "run.cancelled", data }]);
      this.#commands.note({ kind: "cancel", reason, by });
    } else {
      this.#commands.execute({ kind: "cancel", reason, by });
    }
    return this.#answer(true);
  }

  async command(text: JsonText<RunCommand>): Promise<CommandAnswer> {
    return this.#commands.execute(JSON.parse(text) as RunCommand);
  }

  async wantsChild(taskId: string, onEnd: "cancel" | "continue"): Promise<boolean> {
    return wantsChild(this.#context.log.state, taskId, onEnd);
  }

  async abandon(specText: SpecText, message: string): Promise<RunAnswer> {
    if (this.#context.log.state.seq > 0) {
      await this.#driver.repair();
      return this.#answer(false);
    }
    if (this.#tombstone.stands) {
      return DELETED;
    }
    this.#append([
      created(parseSpec(specText)),
      { type: "run.failed", data: runFailure("dispatch_failed", message) },
    ]);
    return this.#answer(true);
  }

  async view(): Promise<string> {
    await this.#driver.failIfUnreadable();
    this.#context.background(this.#driver.repair());
    return JSON.stringify(viewOf(this.#context.log.state));
  }

  async settled(timeoutMs: number): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    while (!isSettled(this.#context.log.state.status) && Date.now() < deadline) {
      await this.#nextStatus(deadline - Date.now());
    }
    return this.view();
  }

  async events(
    after: number,
    limit: number,
    { types, outline = false }: EventSelection = {},
  ): Promise<EventPage> {
    const { seq, status } = this.#context.log.state;
    const view = { types: types === undefined ? null : new Set(types), outline };
    const { events, end, more } = this.#context.log.read(after, limit, PAGE_CHARS, view);
    return {
      events: `[${events.map((event) => event.text).join(",")}]`,
      last_seq: seq,
      has_more: more,
      end,
      status,
    };
  }

  async prompt(callId: string, attempt: number | null): Promise<string | null> {
    const prompt = await this.#prompts.read(callId, attempt);
    return prompt === null ? null : JSON.stringify(prompt);
  }

  async output(sha256: string, offset: number, limit: number): Promise<OutputPage | null> {
    return this.#context.log.state.seq === 0 ? null : this.#values.read(sha256, offset, limit);
  }

  async past(): Promise<string> {
    await this.#driver.failIfUnreadable();
    const { state } = this.#context.log;
    const history = historyOf(state);
    const past: RunPast = { open: history === null, began: state.startedAt !== null, history };
    return JSON.stringify(past);
  }

  async budgetsChanged(): Promise<void> {
    await this.#budgets.onBudgetsChanged();
  }

  async health(): Promise<RunHealth> {
    const { state } = this.#context.log;
    const { dueAt, alarm, active } = await this.#driver.health();
    return {
      status: state.status,
      last_seq: state.seq,
      waiting_for: state.wait?.for ?? null,
      due_at: dueAt,
      alarm,
      active,
    };
  }

  async repair(specText: SpecText): Promise<RunAnswer> {
    if (await this.#driver.failIfUnreadable()) {
      return { status: "failed", changed: true };
    }
    if (this.#context.log.state.seq > 0) {
      this.#outbox.forget();
      await this.#driver.repair();
      return this.#answer(false);
    }
    const { tenant_id, task_id } = parseSpec(specText);
    const error = runFailure("log_lost");
    await failInD1(this.#context.deps(), { tenant_id, task_id }, error, this.#context.now());
    return { status: "failed", changed: true };
  }

  async expire(endedBefore: string, givenUp: boolean): Promise<boolean> {
    if (!givenUp) {
      const { seq, end, endedAt } = this.#context.log.state;
      if (seq > 0 && (end === null || (endedAt ?? 0) >= Date.parse(endedBefore))) {
        return false;
      }
    }
    this.#watchers.closeAll();
    await this.#context.storage.deleteAll();
    this.#context.log.reload();
    return true;
  }

  async remove(givenUp: boolean): Promise<boolean> {
    if (!givenUp && this.#context.log.state.seq > 0) {
      if (this.#context.log.state.end === null) {
        return false;
      }
      await this.#driver.sliceEnded();
      await this.#outbox.flush();
    }
    this.#watchers.closeAll();
    await this.#tombstone.set(this.#context.now());
    this.#context.log.reload();
    return true;
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 426, headers: { Upgrade: "websocket" } });
    }
    return this.#watchers.accept(request);
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    await this.#watchers.receive(socket, message, this.#commands);
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#watchers.closed(socket, code);
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    return this.#core.onAlarm(info);
  }

  /** Appends events from outside the loop, publishes them and wakes the run. */
  #append(events: readonly NewEvent[]): void {
    this.#driver.onEventsAppended(this.#driver.append(events));
  }

  /** While the settings cannot be read, every key is due for a lookup. */
  #keyCacheMs(): number {
    try {
      return this.#context.deps().config.keyCacheMs;
    } catch {
      return 0;
    }
  }

  #publish(events: readonly StoredEvent[]): void {
    countEvents(this.#context.observer, events);
    this.#watchers.publish(events);
    const { questionSeq } = this.#context.log.state;
    if (events.some(({ seq }) => seq === questionSeq)) {
      // A question is open while other calls may still work.
      this.#driver.showSoon();
    }
    if (
      hasWebhooks(this.#context.log.state) &&
      events.some(({ type }) => type === "approval.requested")
    ) {
      // A request for approval is sent at once, even while the slice is busy.
      this.#context.background(this.#outbox.flush());
    }
    if (isSettled(this.#context.log.state.status)) {
      for (const wake of this.#statusWaiters) {
        wake();
      }
    }
  }

  #nextStatus(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#statusWaiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#statusWaiters.add(done);
    });
  }

  #answer(changed: boolean): RunAnswer {
    return { status: this.#context.log.state.status, changed };
  }
}

/** Returns the shared context of the object's parts. Dependencies are built on first use. */
function contextOf(ctx: DurableObjectState, parts: RunParts): RunContext {
  const storage = parts.storage ?? ctx.storage;
  let built: Deps | null = null;
  const log = new EventLog(storage.sql, (write) => storage.transactionSync(write));
  const observer = observerFor(parts.observer, () => idsOf(ctx.id.name, log));
  return {
    storage,
    log,
    deps: () => (built ??= parts.deps()),
    observer,
    now: () => Date.now(),
    background: (work) => {
      ctx.waitUntil(work.catch((error: unknown) => observer.fault("run", error)));
    },
  };
}

/** Returns the ids of a run. Those in its log are left out while it cannot be read. */
function idsOf(name: string | undefined, log: Pick<EventLog, "state">): ObservedIds {
  const [tenant_id, task_id] = name?.split("/") ?? [];
  const named = defined({ tenant_id, task_id });
  try {
    const { spec } = log.state;
    return spec === null ? named : { ...named, trace_id: traceOf(spec, digestOf).traceId };
  } catch {
    return named;
  }
}

function parseSpec(text: SpecText): RunSpec {
  return JSON.parse(text) as RunSpec;
}
