/**
 * A tenant's ledger. Every priced model call of the tenant's runs passes through this object, so a
 * budget holds no matter how many runs work concurrently (`budget-store.ts`). It also holds the
 * slots of the concurrency limits (`slots.ts`). It wakes runs that have room again; each run
 * requests its reservation or slot itself.
 */
import { DurableObject } from "cloudflare:workers";
import { isTerminal } from "../../run/decide/view.ts";
import { AuditStore, type Actor } from "../../store/audit.ts";
import { ConcurrencyStore } from "../../store/concurrency.ts";
import { TaskStore } from "../../store/tasks/tasks.ts";
import { runStub, type RunRpc } from "../run/rpc.ts";
import { BudgetStore } from "./budget-store.ts";
import { Leases } from "./leases.ts";
import {
  isAsExpected,
  type AdoptRequest,
  type Budget,
  type BudgetChange,
  type BudgetState,
  type Changed,
  type ConcurrencyCap,
  type ConcurrencyState,
  type Expected,
  type LedgerRpc,
  type Reserved,
  type SlotAnswer,
  type SlotRequest,
  type Spender,
} from "./rpc.ts";
import { Slots } from "./slots.ts";
import { UncappedRuns } from "./uncapped-runs.ts";

/** Pause before the next clean-up if one left old rows, milliseconds. */
const CLEAN_AGAIN_MS = 60_000;
/** Maximum unfinished tasks whose runs are notified of a budget where the ledger does not know them. */
const MAX_NOTIFIED = 500;

/** The Durable Object of a tenant's ledger. Its name is the tenant id. */
export class TenantLedger extends DurableObject<Env> implements LedgerRpc {
  readonly #budgets: BudgetStore;
  readonly #slots: Slots;
  readonly #uncapped = new UncappedRuns(() => Date.now());
  readonly #leases = new Leases();
  /** Settles when the newest change of a budget or a limit has completed or failed. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#budgets = new BudgetStore(ctx.storage.sql, () => Date.now());
    this.#slots = new Slots(ctx.storage.sql, () => Date.now());
  }

  async reserve(spender: Spender, most: number, least: number, wanted?: number): Promise<Reserved> {
    const answer = this.#budgets.reserve(spender, most, least, wanted);
    this.#leases.note(spender.task_id, answer.ok && answer.lease !== undefined);
    if (spender.spent.length > 0 || !answer.ok) {
      await this.#alarmTomorrow();
    }
    if (answer.ok && !answer.capped) {
      this.#uncapped.add(spender.task_id);
    }
    if (!answer.ok) {
      // What they do not use resumes the runs that wait.
      this.ctx.waitUntil(this.#notify(this.#leases.take()));
    }
    return answer;
  }

  async settle(spender: Spender, over: boolean, keep: number | null = 0): Promise<void> {
    this.#budgets.settle(spender, over, keep);
    if (over || keep === 0) {
      this.#leases.note(spender.task_id, false);
    }
    if (spender.spent.length > 0) {
      await this.#alarmTomorrow();
    }
    await this.#resume();
  }

  async adopt(request: AdoptRequest): Promise<string[]> {
    return this.#budgets.trees.adopt(request);
  }

  async setTreeCap(taskId: string, cap: number | null, over: boolean): Promise<void> {
    this.#budgets.trees.setCap(taskId, cap, over);
    await this.#notifyAll(this.#budgets.trees.holders(taskId));
    await this.#resume();
  }

  async budgets(): Promise<BudgetState[]> {
    return this.#budgets.states();
  }

  changeBudget(
    budget: BudgetChange,
    expected: Expected,
    actor: Actor,
  ): Promise<Changed<BudgetState>> {
    return this.#inTurn(() => this.#changeBudget(budget, expected, actor));
  }

  async #changeBudget(
    budget: BudgetChange,
    expected: Expected,
    actor: Actor,
  ): Promise<Changed<BudgetState>> {
    const { agent, period, cap } = budget;
    const current = this.#budgetAt(budget);
    if (!isAsExpected(current?.cap ?? null, expected) || (cap === null && current === null)) {
      return { ok: false, current };
    }
    // First: no budget is in force without its audit entry.
    await new AuditStore(this.env.DB).note(actor, {
      tenant_id: this.#tenant,
      action: "budget.changed",
      subject: agent ?? "tenant",
      details: { period, max_cost_usd: cap === null ? null : cap / 1_000_000 },
    });
    this.#budgets.set(budget);
    await this.#notifyAll(this.#budgets.holders(agent));
    await this.#resume();
    return { ok: true, state: this.#budgetAt(budget) };
  }

  #budgetAt({ agent, period }: Omit<Budget, "cap">): BudgetState | null {
    const budgets = this.#budgets.states();
    return budgets.find((one) => one.agent === agent && one.period === period) ?? null;
  }

  /** Makes a change once those before it have completed or failed. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#lastChange.then(change);
    this.#lastChange = changed.catch(() => undefined);
    return changed;
  }

  /**
   * Notifies the runs that hold reservations and those that got the answer that no budget applies,
   * so that they ask before their next model call. A run that cannot be reached asks within a
   * minute.
   */
  async #notifyAll(holders: readonly string[]): Promise<void> {
    const known = this.#uncapped.take();
    const others = this.#uncapped.mayMissSome
      ? await new TaskStore(this.env.DB).unfinished(this.#tenant, MAX_NOTIFIED)
      : [];
    await this.#notify(Array.from(new Set([...holders, ...known, ...others])));
  }

  async #notify(taskIds: readonly string[]): Promise<void> {
    await Promise.allSettled(taskIds.map((taskId) => this.#run(taskId).budgetsChanged()));
  }

  async takeSlot(request: SlotRequest): Promise<SlotAnswer> {
    const { answer, granted } = this.#slots.take(request);
    await this.#afterGrant(granted);
    return answer;
  }

  async releaseSlot(taskId: string, seq: number): Promise<void> {
    this.#slots.release(taskId, seq);
    await this.#afterGrant(this.#slots.grant());
  }

  async concurrency(): Promise<ConcurrencyState[]> {
    return this.#slots.states();
  }

  changeConcurrency(
    cap: ConcurrencyCap,
    expected: Expected,
    actor: Actor,
  ): Promise<Changed<ConcurrencyState>> {
    return this.#inTurn(() => this.#changeCap(cap, expected, actor));
  }

  /**
   * New tasks request slots while D1 has a limit. So D1 is written before a limit takes effect and
   * after it is removed: a failure in between leaves tasks that request slots without need, never
   * uncounted tasks.
   */
  async #changeCap(
    cap: ConcurrencyCap,
    expected: Expected,
    actor: Actor,
  ): Promise<Changed<ConcurrencyState>> {
    const write = () => new ConcurrencyStore(this.env.DB).set(this.#tenant, cap, actor);
    const current = this.#capOf(cap.agent);
    if (!isAsExpected(current?.max_runs ?? null, expected)) {
      return { ok: false, current };
    }
    if (cap.max_runs !== null) {
      await write();
    }
    this.#slots.setCap(cap);
    await this.#afterGrant(this.#slots.grant());
    // A removal that failed half-way is completed by the next one.
    const isDone = cap.max_runs !== null || (await write()) || current !== null;
    return isDone ? { ok: true, state: this.#capOf(cap.agent) } : { ok: false, current: null };
  }

  #capOf(agent: string | null): ConcurrencyState | null {
    return this.#slots.states().find((one) => one.agent === agent) ?? null;
  }

  override async alarm(): Promise<void> {
    const more = this.#budgets.deleteOld();
    await (more ? this.#alarmBy(Date.now() + CLEAN_AGAIN_MS) : this.#alarmTomorrow());
    await this.#resume();
    await this.#afterGrant([...this.#slots.grant(), ...this.#slots.due()]);
  }

  /** Wakes runs that a budget has room for. Called after every change that frees budget. */
  async #resume(): Promise<void> {
    for (const taskId of this.#budgets.takeResumable()) {
      this.ctx.waitUntil(this.#wake(taskId));
    }
    const again = this.#budgets.resumeAgainAt;
    if (again !== null) {
      await this.#alarmBy(Math.max(Date.now() + 1, again));
    }
  }

  /** Wakes runs that were granted a slot, and sets the alarm for the next check. */
  async #afterGrant(taskIds: readonly string[]): Promise<void> {
    for (const taskId of taskIds) {
      this.ctx.waitUntil(this.#checkHolder(taskId));
    }
    const at = this.#slots.dueAt;
    if (at !== null) {
      await this.#alarmBy(Math.max(Date.now() + 1, at));
    }
  }

  /** Wakes a run that waits for its slot, or releases the slot of a run that no longer needs it. */
  async #checkHolder(taskId: string): Promise<void> {
    try {
      const run = this.#run(taskId);
      const { status, waiting_for, last_seq } = await run.health();
      if (waiting_for === "concurrency") {
        await run.command(JSON.stringify({ kind: "resume", by: "concurrency" }));
      } else if (isTerminal(status) || status === "waiting") {
        await this.releaseSlot(taskId, last_seq);
      } else if (last_seq === 0) {
        // Its task and log were deleted.
        await this.releaseSlot(taskId, Number.MAX_SAFE_INTEGER);
      }
    } catch {
      if (await this.#isOverInD1(taskId)) {
        await this.releaseSlot(taskId, Number.MAX_SAFE_INTEGER);
      } else {
        this.#slots.checkFailed(taskId);
        await this.#afterGrant(this.#slots.grant());
      }
    }
  }

  /** Returns whether the task has ended in D1: a run whose log cannot be read never responds. */
  async #isOverInD1(taskId: string): Promise<boolean> {
    try {
      const task = await new TaskStore(this.env.DB).get(this.#tenant, taskId);
      return task !== null && isTerminal(task.status);
    } catch {
      return false;
    }
  }

  /**
   * The tenant id, which is the object's name. An object without a name would serve the wrong
   * tenant.
   */
  get #tenant(): string {
    const { name } = this.ctx.id;
    if (name === undefined) {
      throw new Error("a ledger without a name has no tenant");
    }
    return name;
  }

  #run(taskId: string): RunRpc {
    return runStub(this.env.RUNS, this.#tenant, taskId);
  }

  /** Resumes a run, which then requests a reservation itself. A run that has ended is forgotten. */
  async #wake(taskId: string): Promise<void> {
    try {
      const answer = await this.#run(taskId).command(
        JSON.stringify({ kind: "resume", by: "budget" }),
      );
      if (!answer.ok || isTerminal(answer.status)) {
        this.#budgets.forget(taskId);
      }
    } catch {
      // The alarm resumes the run again.
    }
  }

  /** On the next day, budgets have room again and old rows are deleted. */
  async #alarmTomorrow(): Promise<void> {
    await this.#alarmBy(Date.parse(this.#budgets.nextDay()));
  }

  async #alarmBy(time: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > time) {
      await this.ctx.storage.setAlarm(time);
    }
  }
}
