/**
 * The object of one run: a thin shell that turns requests, alarms and sockets into events, and
 * keeps at most one slice going. Policy lives in `run/`, the loop in `agent/`.
 *
 * The alarm is the run's lifeline: it is set (due at once) in the transaction that begins a slice,
 * and while a slice runs, an alarm invocation holds it. So a crash at any moment leaves a due
 * alarm behind, and the next process takes the run up without being asked.
 */
import { DurableObject } from "cloudflare:workers";
import type { SliceEnd } from "../agent/loop.ts";
import { buildDeps, type Deps } from "../deps.ts";
import type { NewEvent } from "../run/event.ts";
import { runFailure } from "../run/failure.ts";
import { abandon, recover } from "../run/recover.ts";
import { isSettled, isTerminal, viewOf } from "../run/view.ts";
import type { RunSpec } from "../run/spec.ts";
import { EventLog } from "./event-log.ts";
import { Outbox } from "./outbox.ts";
import type { CancelRequest, EventPage, RunAnswer, RunRpc, SpecText } from "./rpc.ts";
import { Slice } from "./slice.ts";
import { Watchers } from "./sockets.ts";

/** Text of one page of events at most, in characters; a single larger event is a page of its own. */
const PAGE_CHARS = 4_000_000;
/** Pauses before work that failed is tried again: D1 that is down, storage that fails. */
const BACKOFF_MS = [100, 500, 2_000, 10_000, 30_000, 60_000] as const;

export class AgentRun extends DurableObject<Env> implements RunRpc {
  readonly #deps: Deps;
  readonly #log: EventLog;
  readonly #watchers: Watchers;
  readonly #outbox: Outbox;
  // Not persisted, all of it: a fresh process begins with no slice and nobody waiting.
  #slice: Slice | null = null;
  #fresh = true;
  #failures = 0;
  readonly #waiting = new Set<() => void>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#deps = buildDeps(env);
    this.#log = new EventLog(ctx.storage.sql, (write) => ctx.storage.transactionSync(write));
    this.#watchers = new Watchers(ctx, this.#log);
    this.#outbox = new Outbox(this.#deps.tasks, () => this.#log.state);
  }

  async start(specText: SpecText): Promise<RunAnswer> {
    if (this.#log.state.seq > 0) {
      return this.#answer(false);
    }
    this.#keepAlive(this.#begin([created(parseSpec(specText))]));
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
      return this.#answer(false);
    }
    this.#conclude([
      created(parseSpec(specText)),
      { type: "run.failed", data: runFailure("dispatch_failed", message) },
    ]);
    return this.#answer(true);
  }

  async view(): Promise<string> {
    return JSON.stringify(viewOf(this.#log.state));
  }

  async settled(timeoutMs: number): Promise<string> {
    const deadline = this.#deps.now() + timeoutMs;
    while (!isSettled(this.#log.state.status) && this.#deps.now() < deadline) {
      await this.#nextStatus(deadline - this.#deps.now());
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
      cancel: (reason, by) => {
        const { state } = this.#log;
        if (state.seq > 0 && !isTerminal(state.status)) {
          this.#cancel([], reason, by);
        }
      },
    });
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#watchers.closed(socket, code);
  }

  /**
   * Takes the run up, or holds the slice that is under way; never fails, since the platform drops
   * an alarm that failed too often, and a run without an alarm is stuck.
   */
  override async alarm(): Promise<void> {
    try {
      if (this.#log.state.seq === 0) {
        return;
      }
      const finished = await this.#within(this.#deps.config.sliceMs, this.#begin([]));
      if (!finished) {
        await this.#alarmAt(this.#deps.now());
      }
    } catch (error) {
      await this.#retryLater("alarm", error);
    }
  }

  /** Starts a slice unless one is under way; resolves when it has ended and D1 knows. */
  #begin(opening: readonly NewEvent[]): Promise<void> {
    this.#slice ??= this.#open(opening);
    return this.#slice.ended;
  }

  #open(opening: readonly NewEvent[]): Slice {
    const slice = new Slice(this.#log, this.#deps, (events) => this.#watchersTold(events), {
      watched: () => this.#watchers.any,
      durable: () => this.ctx.storage.sync(),
    });
    slice.ended = this.#runSlice(slice, opening);
    return slice;
  }

  async #runSlice(slice: Slice, opening: readonly NewEvent[]): Promise<void> {
    const { statusDelayMs } = this.#deps.config;
    const showRunning = setTimeout(() => this.#keepAlive(this.#outbox.flush()), statusDelayMs);
    try {
      const events = [...opening, ...(this.#fresh ? recover(this.#log.state) : [])];
      if (opening.length > 0) {
        // Not awaited: in one transaction with the events that follow in this turn.
        this.#keepAlive(this.#alarmAt(this.#deps.now()));
      }
      this.#fresh = false;
      const end = await slice.run(events);
      await this.#rest(end);
      this.#failures = 0;
    } catch (error) {
      await this.#retryLater("slice", error);
    } finally {
      clearTimeout(showRunning);
      slice.close();
      if (this.#slice === slice) {
        this.#slice = null;
      }
    }
  }

  /** After a slice: D1 learns the status, and the alarm is what the run now waits for. */
  async #rest(end: SliceEnd): Promise<void> {
    const until = end.kind === "rest" ? end.until : null;
    if (until !== null) {
      await this.#alarmAt(until);
    }
    await this.#outbox.flush();
  }

  /** Work failed that must not be lost: state is read anew, and an alarm tries again. */
  async #retryLater(what: string, error: unknown): Promise<void> {
    this.#deps.observer.fault(`run.${what}`, error);
    this.#log.reload();
    this.#fresh = true;
    const pause = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? 60_000;
    this.#failures += 1;
    await this.#alarmAt(this.#deps.now() + pause);
  }

  #cancel(create: readonly NewEvent[], reason: string | null, by: string): void {
    const cancelled: NewEvent = {
      type: "run.cancelled",
      data: { by, ...(reason === null ? {} : { reason }) },
    };
    this.#conclude([...create, ...abandon(this.#log.state), cancelled]);
  }

  /** Writes events that end the run, from outside the loop; a call in flight is aborted. */
  #conclude(events: readonly NewEvent[]): void {
    this.#keepAlive(this.#alarmAt(this.#deps.now()));
    this.#watchersTold(this.#log.append(events, this.#deps.now()));
    this.#slice?.close();
    this.#keepAlive(this.#outbox.flush());
  }

  #watchersTold(events: Parameters<Watchers["publish"]>[0]): void {
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

  /** Whether the work ended within the time. */
  async #within(ms: number, work: Promise<void>): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const finished = await Promise.race([work.then(() => true), late]);
    clearTimeout(timer);
    return finished;
  }

  #alarmAt(time: number): Promise<void> {
    return this.ctx.storage.setAlarm(time);
  }

  /** Work that nobody awaits here: its failure is a fault to report, and the alarm remains. */
  #keepAlive(work: Promise<unknown>): void {
    this.ctx.waitUntil(work.catch((error: unknown) => this.#deps.observer.fault("run", error)));
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
