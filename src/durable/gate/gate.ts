/**
 * The gate of a provider: one object for each provider, key and model family. It decides which of
 * the calls that share an account may be sent now (`core.ts`), and wakes the runs whose turn it is.
 * Waiting calls and grants are in memory. What was learned is stored once a second. A gate that dies
 * forgets who waits: each waiting run asks again by itself, and a lost grant costs a refusal of the
 * provider at most.
 */
import { DurableObject } from "cloudflare:workers";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import type { Observer } from "../../observe.ts";
import { parseGateName, type BreakerState, type GateName } from "../../run/value/provider-gate.ts";
import { isoTime } from "../../run/value/time.ts";
import type { NoticeBatch } from "../../run/log/webhook-body.ts";
import type { GateStore } from "../../store/gates.ts";
import type { RunStorage } from "../run/storage/storage.ts";
import { GateCore, type GateSettings, type StoredGate } from "./core.ts";
import type {
  GateAnswer,
  GateReport,
  GateRequest,
  GateRpc,
  GateStatus,
  ReportAnswer,
} from "./rpc.ts";

/** Interval of storing what was learned, milliseconds. */
const SAVE_MS = 1_000;
/** Shortest pause between two rounds of grants, milliseconds. */
const ROUND_MS = 20;
/** Longest timer, milliseconds. After it, the waiting runs ask again by themselves. */
const MAX_TIMER_MS = 70_000;
/** Maximum runs that are woken in one round. */
const MAX_WOKEN = 100;
/** Pauses before a run is woken again that does not claim its call: it may not wait yet. */
const WAKE_AGAIN: Backoff = { baseMs: 100, maxMs: 5_000 };
/** How often a run is woken for one call. */
const MAX_WAKES = 8;
/** Maximum tenants that are notified of one breaker. */
const MAX_TOLD = 1_000;
const DAY_MS = 86_400_000;

const SCHEMA =
  "CREATE TABLE IF NOT EXISTS gate (id INTEGER PRIMARY KEY, state TEXT NOT NULL) STRICT";

/** The parts that the object is built from. */
export interface GateParts {
  /** @throws SettingError */
  readonly settings: (name: GateName) => GateSettings;
  /**
   * Wakes a run that waits for the provider. Returns false if it makes no calls any more. Rejects if
   * it cannot be reached.
   */
  readonly wake: (tenantId: string, taskId: string) => Promise<boolean>;
  readonly directory: Pick<GateStore, "note" | "remove">;
  readonly announce: (batch: NoticeBatch) => Promise<void>;
  readonly observer: Observer;
  readonly now: () => number;
  readonly random: () => number;
  /** Tests replace the object's storage to stop it around a write. */
  readonly storage?: RunStorage;
}

/** What is stored. */
interface Stored {
  readonly gate: StoredGate;
  /** Tenants that were notified that the breaker is open. */
  readonly told: readonly string[];
  readonly usedAt: number;
}

/** The Durable Object of a gate. */
export class GateObject extends DurableObject<Env> implements GateRpc {
  readonly #parts: GateParts;
  readonly #storage: RunStorage;
  readonly #name: GateName;
  #core: GateCore | null = null;
  /** Tenants whose calls passed or waited lately. */
  #tenants = new Set<string>();
  #told: readonly string[] = [];
  #savedAt = 0;
  #usedAt = 0;
  #breaker: BreakerState | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: DurableObjectState, env: Env, parts: GateParts) {
    super(ctx, env);
    const name = parseGateName(ctx.id.name ?? "");
    if (name === null) {
      throw new Error("a gate without a name has no provider");
    }
    this.#name = name;
    this.#parts = parts;
    this.#storage = parts.storage ?? ctx.storage;
  }

  async ask(request: GateRequest): Promise<GateAnswer> {
    const core = await this.#opened();
    this.#noteTenant(request.tenant);
    const answer = core.ask(request, this.#parts.now());
    this.#after(core);
    return answer;
  }

  async report(report: GateReport): Promise<ReportAnswer> {
    const core = await this.#opened();
    this.#noteTenant(report.tenant);
    const answer = core.report(report, this.#parts.now());
    this.#after(core);
    return answer;
  }

  async leave(task: string): Promise<void> {
    const core = this.#core ?? this.#load();
    core.forget(task, this.#parts.now());
    this.#round(core);
  }

  async status(tenant: string): Promise<GateStatus> {
    const core = this.#core ?? this.#load();
    return core.status(tenant, this.#parts.now());
  }

  /** Deletes a gate that no call passed for a day. */
  override async alarm(): Promise<void> {
    const { now, directory } = this.#parts;
    this.#core ??= this.#load();
    if (this.#usedAt > now() - DAY_MS) {
      await this.#storage.setAlarm(now() + DAY_MS);
      return;
    }
    await directory.remove(this.#name);
    await this.#storage.deleteAll();
    this.#core = null;
    this.#breaker = null;
  }

  /** Returns the core of a gate that is in use. */
  async #opened(): Promise<GateCore> {
    const core = (this.#core ??= this.#load());
    this.#usedAt = this.#parts.now();
    if (this.#breaker === null) {
      this.#breaker = core.stored.breaker.state;
      await this.#storage.setAlarm(this.#usedAt + DAY_MS);
      this.#background(this.#list(this.#breaker));
    }
    return core;
  }

  #load(): GateCore {
    const { settings, now, random } = this.#parts;
    this.#storage.sql.exec(SCHEMA);
    const [row] = this.#storage.sql.exec("SELECT state FROM gate");
    const stored = row === undefined ? null : (JSON.parse(String(row["state"])) as Stored);
    this.#told = stored?.told ?? [];
    this.#usedAt = stored?.usedAt ?? 0;
    return new GateCore(settings(this.#name), stored?.gate ?? null, now(), random);
  }

  /** What follows each change: grants, the next round, storing, notices. */
  #after(core: GateCore): void {
    this.#round(core);
    const { breaker } = core.stored;
    const changed = breaker.state !== this.#breaker;
    if (changed) {
      this.#onBreaker(breaker.state);
    }
    if (changed || this.#parts.now() >= this.#savedAt + SAVE_MS) {
      this.#save(core);
    }
  }

  #save(core: GateCore): void {
    this.#savedAt = this.#parts.now();
    const stored: Stored = { gate: core.stored, told: this.#told, usedAt: this.#usedAt };
    this.#storage.sql.exec("INSERT OR REPLACE INTO gate VALUES (1, ?)", JSON.stringify(stored));
  }

  /** Grants waiting calls, wakes their runs, and sets the timer of the next round. */
  #round(core: GateCore): void {
    const now = this.#parts.now();
    for (const { task, tenant } of core.grant(now, MAX_WOKEN)) {
      this.#background(this.#wake(core, tenant, task, 1));
    }
    clearTimeout(this.#timer);
    const due = core.dueAt(now);
    if (due !== null && due - now <= MAX_TIMER_MS) {
      const pause = Math.max(ROUND_MS, due - now);
      this.#timer = setTimeout(() => this.#after(core), pause);
    }
  }

  async #wake(core: GateCore, tenant: string, task: string, wakes: number): Promise<void> {
    if (!core.isUnclaimed(task)) {
      return;
    }
    const exists = await this.#parts.wake(tenant, task).catch(() => true);
    if (!exists) {
      core.forget(task, this.#parts.now());
      this.#after(core);
    } else if (core.isUnclaimed(task) && wakes < MAX_WAKES) {
      const again = (): void => this.#background(this.#wake(core, tenant, task, wakes + 1));
      setTimeout(again, delayOf(WAKE_AGAIN, wakes));
    }
  }

  #noteTenant(tenant: string): void {
    if (this.#tenants.size < MAX_TOLD) {
      this.#tenants.add(tenant);
    }
  }

  /** Notifies tenants of a breaker that opened, and the same tenants when it is closed. */
  #onBreaker(state: BreakerState): void {
    const before = this.#breaker;
    this.#breaker = state;
    this.#background(this.#list(state));
    if (state === "open" && before === "closed") {
      this.#told = Array.from(this.#tenants);
      this.#background(this.#tell("provider.degraded", this.#told));
    } else if (state === "closed") {
      this.#background(this.#tell("provider.recovered", this.#told));
      this.#told = [];
      this.#tenants = new Set();
    }
  }

  async #list(state: BreakerState): Promise<void> {
    await this.#parts.directory.note(this.#name, state, isoTime(this.#parts.now()));
  }

  async #tell(
    type: "provider.degraded" | "provider.recovered",
    tenants: readonly string[],
  ): Promise<void> {
    const { announce, now } = this.#parts;
    const { provider, family, tenant } = this.#name;
    const at = now();
    const id = `provider:${provider}/${family}${tenant === null ? "" : ":own"}`;
    const data = { provider, model_family: family, own_key: tenant !== null };
    const body = JSON.stringify({ type, timestamp: isoTime(at), data });
    for (const tenantId of tenants) {
      await announce({
        kind: "notices",
        tenant_id: tenantId,
        task_id: id,
        // Not about a task.
        schedule_id: id,
        notices: [{ seq: at, type, body }],
      });
    }
  }

  #background(work: Promise<void>): void {
    this.ctx.waitUntil(work.catch((error: unknown) => this.#parts.observer.fault("gate", error)));
  }
}
