/**
 * The object of one run: a thin shell that turns requests, alarms and sockets into events. Policy
 * lives in `run/`, the loop in `agent/`, the keeping alive in `lifeline.ts`.
 */
import { DurableObject } from "cloudflare:workers";
import { argumentsDefect } from "../../agent/tools/invoke.ts";
import { schemaFits } from "../../agent/tools/schema/json-schema.ts";
import type { Deps } from "./deps.ts";
import type { Observer } from "../../observe.ts";
import type { NewEvent } from "../../run/log/event.ts";
import type { JsonValue } from "../../run/value/json.ts";
import { runFailure } from "../../run/value/failure.ts";
import { accept, type RunCommand } from "../../run/decide/command.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import type { RunState } from "../../run/log/state.ts";
import { isSettled, isTerminal, viewOf } from "../../run/decide/view.ts";
import { Announcer, isWanted } from "./webhook-outbox.ts";
import { newActor, type AuditEntry } from "../../store/audit.ts";
import { RunBudgets } from "./budgets.ts";
import { EventLog, type StoredEvent } from "./event-log.ts";
import { KeptValues } from "./kept-values.ts";
import { Lifeline } from "./driver.ts";
import { Outbox } from "./outbox.ts";
import type {
  CancelRequest,
  CommandAnswer,
  EventPage,
  JsonText,
  OutputPage,
  RunAnswer,
  RunKeeping,
  RunRpc,
  SpecText,
} from "./rpc.ts";
import { RunSlot } from "./run-slot.ts";
import { Watchers, type Considered } from "./sockets.ts";
import type { RunStorage } from "./storage.ts";

/** Text of one page of events at most, in characters; a single larger event is a page of its own. */
const PAGE_CHARS = 4_000_000;

/** What the object is built with. */
export interface RunParts {
  /** Called on first use, not in the constructor: a constructor that throws would cost the run its alarm. */
  readonly deps: () => Deps;
  /** Reports faults, also where `deps` throws. */
  readonly observer: Observer;
  /** Tests replace the object's storage to stop it around a write. */
  readonly storage?: RunStorage;
}

export class RunObject extends DurableObject<Env> implements RunRpc {
  readonly #buildDeps: () => Deps;
  readonly #storage: RunStorage;
  readonly #log: EventLog;
  readonly #values: KeptValues;
  readonly #watchers: Watchers;
  readonly #budgets: RunBudgets;
  readonly #slot: RunSlot;
  readonly #outbox: Outbox;
  readonly #lifeline: Lifeline;
  // Not persisted: who waits for the run to settle.
  readonly #waiting = new Set<() => void>();
  #built: Deps | null = null;

  constructor(ctx: DurableObjectState, env: Env, parts: RunParts) {
    super(ctx, env);
    const storage = parts.storage ?? ctx.storage;
    this.#buildDeps = parts.deps;
    this.#storage = storage;
    this.#log = new EventLog(storage.sql, (write) => storage.transactionSync(write));
    this.#values = new KeptValues(storage.sql);
    this.#watchers = new Watchers(ctx, this.#log, {
      stillValid: async (shown) => this.#deps.keys.stillValid(shown, new Date().toISOString()),
      everyMs: () => this.#keyCacheMs(),
      now: () => Date.now(),
    });
    const toLedger = [
      () => this.#deps.ledger(this.#log.state.spec?.tenant_id ?? ""),
      () => this.#log.state,
      () => Date.now(),
      (error: unknown) => this.#deps.observer.fault("run.ledger", error),
    ] as const;
    this.#budgets = new RunBudgets(...toLedger);
    this.#slot = new RunSlot(...toLedger);
    this.#outbox = new Outbox(
      async (projection) => {
        await this.#deps.tasks.project(projection);
        await this.#budgets.settle();
        await this.#slot.release();
      },
      () => this.#log.state,
      new Announcer(storage.sql, this.#log, () => this.#deps.announce),
    );
    this.#lifeline = new Lifeline({
      ctx,
      storage,
      log: this.#log,
      outbox: this.#outbox,
      deps: () => this.#deps,
      publish: (events) => this.#publish(events),
      keep: (sha256, text) => this.#values.keep(sha256, text),
      budgets: this.#budgets,
      slot: this.#slot,
      kept: (sha256, offset, limit) => this.#values.read(sha256, offset, limit),
      watched: () => this.#watchers.any,
      disconnect: () => this.#watchers.closeAll(),
      observer: parts.observer,
      now: () => Date.now(),
    });
  }

  /** Built on first use: a constructor that throws would cost the run its alarm. */
  get #deps(): Deps {
    this.#built ??= this.#buildDeps();
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
    if (state.seq === 0) {
      const data = { by, ...(reason === null ? {} : { reason }) };
      this.#lifeline.tell([created(parseSpec(specText)), { type: "run.cancelled", data }]);
      this.#note({ kind: "cancel", reason, by });
    } else {
      this.#command({ kind: "cancel", reason, by });
    }
    return this.#answer(true);
  }

  async command(text: JsonText<RunCommand>): Promise<CommandAnswer> {
    return this.#command(JSON.parse(text) as RunCommand);
  }

  async abandon(specText: SpecText, message: string): Promise<RunAnswer> {
    if (this.#log.state.seq > 0) {
      await this.#lifeline.heal();
      return this.#answer(false);
    }
    this.#lifeline.tell([
      created(parseSpec(specText)),
      { type: "run.failed", data: runFailure("dispatch_failed", message) },
    ]);
    return this.#answer(true);
  }

  async view(): Promise<string> {
    await this.#lifeline.failIfUnreadable();
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

  async output(sha256: string, offset: number, limit: number): Promise<OutputPage | null> {
    return this.#log.state.seq === 0 ? null : this.#values.read(sha256, offset, limit);
  }

  async keeping(): Promise<RunKeeping> {
    const { state } = this.#log;
    const { dueAt, alarm, active } = await this.#lifeline.keeping();
    return {
      status: state.status,
      last_seq: state.seq,
      waiting_for: state.wait?.for ?? null,
      due_at: dueAt,
      alarm,
      active,
    };
  }

  async mend(specText: SpecText): Promise<RunAnswer> {
    if (await this.#lifeline.failIfUnreadable()) {
      return { status: "failed", changed: true };
    }
    if (this.#log.state.seq > 0) {
      this.#outbox.forget();
      await this.#lifeline.heal();
      return this.#answer(false);
    }
    const { tenant_id, task_id } = parseSpec(specText);
    const error = runFailure("log_lost");
    await this.#deps.tasks.failUnreadable({ tenant_id, task_id }, error, new Date().toISOString());
    return { status: "failed", changed: true };
  }

  async expire(endedBefore: string, givenUp: boolean): Promise<boolean> {
    if (!givenUp) {
      const { seq, end, endedAt } = this.#log.state;
      if (seq > 0 && (end === null || (endedAt ?? 0) >= Date.parse(endedBefore))) {
        return false;
      }
    }
    this.#watchers.closeAll();
    await this.#storage.deleteAll();
    this.#log.reload();
    return true;
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 426, headers: { Upgrade: "websocket" } });
    }
    return this.#watchers.accept(request);
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    await this.#watchers.receive(socket, message, {
      consider: (command) => this.#consider(command),
    });
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#watchers.closed(socket, code);
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    return this.#lifeline.onAlarm(info);
  }

  #command(command: RunCommand): CommandAnswer {
    const considered = this.#consider(command);
    if (!considered.ok) {
      return considered;
    }
    considered.run();
    return { ok: true, status: this.#log.state.status };
  }

  /** Whether a command will be carried out, and how. */
  #consider(command: RunCommand): Considered {
    const { state } = this.#log;
    if (command.kind === "limits" && typeof command.changes.max_cost_usd === "number") {
      const unpriced = this.#unpriced(state);
      if (unpriced !== null) {
        const message = `Nobody knows what ${unpriced} costs; set its price in OPSPAWN_PRICES.`;
        return { ok: false, code: "unpriced_model", message };
      }
    }
    const accepted = accept(state, command, {
      argumentsDefect: (name, args) => this.#argumentsDefect(name, args),
      schemaFits,
    });
    return accepted.ok
      ? {
          ok: true,
          run: () => {
            if (accepted.events.length > 0) {
              this.#lifeline.tell(accepted.events);
              this.#note(command);
            }
          },
        }
      : accepted;
  }

  /** Notes in the audit what somebody did to the run. The log has it in any case. */
  #note(command: RunCommand): void {
    const { spec } = this.#log.state;
    const entry = auditEntryOf(command);
    if (spec !== null && entry !== null) {
      const { tenant_id, task_id: subject } = spec;
      const actor = newActor(Date.now(), command.by);
      this.#lifeline.keep(
        Promise.try(() => this.#deps.audit.note(actor, { tenant_id, subject, ...entry })),
      );
    }
  }

  /** Where the settings cannot be read, keys are asked for each time, and the answer is not known. */
  #keyCacheMs(): number {
    try {
      return this.#deps.config.keyCacheMs;
    } catch {
      return 0;
    }
  }

  /** A model that the run may ask and whose price is not known. */
  #unpriced({ spec }: RunState): string | null {
    if (spec === null) {
      return null;
    }
    const models = [spec.config.model, ...(spec.config.fallback_models ?? [])];
    return models.find((model) => this.#deps.priceOf(model) === null) ?? null;
  }

  #argumentsDefect(tool: string, args: JsonValue): string | null {
    const { spec, scripted, mcp } = this.#log.state;
    return spec === null
      ? null
      : argumentsDefect(
          tool,
          args,
          this.#deps.toolsFor(spec, () => scripted).toolboxAt({ mcp }),
          spec.config.policy,
        );
  }

  #publish(events: readonly StoredEvent[]): void {
    this.#watchers.publish(events);
    if (isWanted(this.#log.state) && events.some(({ type }) => type === "approval.requested")) {
      // A person is asked at once, whatever else the slice is busy with.
      this.#lifeline.keep(this.#outbox.flush());
    }
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

/** What of a command is noted; null for what is only said. */
function auditEntryOf(command: RunCommand): Pick<AuditEntry, "action" | "details"> | null {
  switch (command.kind) {
    case "decide": {
      const { call_id, decision } = command;
      return { action: "approval.decided", details: { call_id, decision } };
    }
    case "cancel":
      return { action: "task.cancelled" };
    case "limits":
      return { action: "limits.changed", details: { ...command.changes } };
    case "message":
    case "resume":
      return null;
    default:
      return command satisfies never;
  }
}

function parseSpec(text: SpecText): RunSpec {
  return JSON.parse(text) as RunSpec;
}

function created(spec: RunSpec): NewEvent {
  const { model, planner } = spec.config;
  return { type: "run.created", data: { ...spec, model, planner } };
}
