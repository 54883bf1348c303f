/**
 * The contract with a tenant's ledger: which budgets there are above its runs, what has been spent of
 * them, and how many runs may work at once. Plain data, amounts in whole micro-dollars.
 */
import type { Actor } from "../../store/audit.ts";

/** A cap on what is spent in a period (UTC), by the whole tenant or by the runs of one agent. */
export interface Budget {
  /** An agent's name, or null for the tenant. */
  readonly agent: string | null;
  readonly period: "day" | "month";
  readonly cap: number;
}

/** A budget with what is gone of it. */
export interface BudgetState extends Budget {
  readonly spent: number;
  /** Held back for model calls that are under way. */
  readonly reserved: number;
}

/** What a run has spent on one day, all in all: telling it again changes nothing. */
export interface DaySpent {
  readonly day: string;
  readonly sum: number;
}

/** Who spends. */
export interface Spender {
  readonly task_id: string;
  readonly agent: string;
  readonly spent: readonly DaySpent[];
  /**
   * `seq` of the run's log as this was said. Two calls may overtake each other on their way: what
   * was said before a sum was held back does not release it.
   */
  readonly seq: number;
}

export type Reserved =
  /** `capped` says whether there is any budget at all that the run has to keep to. */
  | { readonly ok: true; readonly sum: number; readonly capped: boolean }
  | { readonly ok: false; readonly budget: Budget; readonly until: string };

/** A cap on how many runs work at once, of the whole tenant or of one agent; null lifts it. */
export interface ConcurrencyCap {
  /** An agent's name, or null for the tenant. */
  readonly agent: string | null;
  readonly max_runs: number | null;
}

/** A cap with how it is used now. */
export interface ConcurrencyState {
  readonly agent: string | null;
  readonly max_runs: number;
  /** Runs that hold a slot, those that were just given one included. */
  readonly running: number;
  readonly waiting: number;
}

/** A run that wants to work. */
export interface SlotSeeker {
  readonly task_id: string;
  readonly agent: string;
  /** Who waits with a higher one goes first. */
  readonly priority: number;
  /** `seq` of the run's log as it asked; see `Spender`. */
  readonly seq: number;
}

export type SlotAnswer =
  /** `capped` says whether there is any cap that the run is under. */
  | { readonly ok: true; readonly capped: boolean }
  /** Which cap is used up: `tenant_runs` or `agent_runs`. */
  | { readonly ok: false; readonly limit: string };

export interface LedgerRpc {
  /**
   * Holds back what a run's next model call may cost, instead of what it held back before. Grants
   * between `least` and `most`; where not even the least is left, the run is noted and resumed when
   * there is room again.
   */
  reserve(spender: Spender, most: number, least: number): Promise<Reserved>;
  /** Books what a run has spent and releases what it held back; `over` forgets that it waits. */
  settle(spender: Spender, over: boolean): Promise<void>;
  /** Every budget, with what is gone of it in the period of now. */
  budgets(): Promise<BudgetState[]>;
  /** Sets a budget, or lifts it where `cap` is null. Runs for which there is room now are resumed. */
  setBudget(budget: Omit<Budget, "cap"> & { readonly cap: number | null }): Promise<BudgetState[]>;
  /** Takes one of the slots under the caps for a run, or notes that it waits; asking again is fine. */
  takeSlot(seeker: SlotSeeker): Promise<SlotAnswer>;
  /** A run gives its slot back, or waits no more. @param seq of its log as it said so */
  releaseSlot(taskId: string, seq: number): Promise<void>;
  /** Every cap on concurrency, with how it is used. */
  concurrency(): Promise<ConcurrencyState[]>;
  /**
   * Sets or lifts a cap, and notes who did. Runs for which there is room now are woken; none that
   * works is stopped. Changes that come at once are made one after the other, here and in D1.
   */
  setConcurrency(tenantId: string, cap: ConcurrencyCap, actor: Actor): Promise<ConcurrencyState[]>;
}

/** The ledger of a tenant. */
export function ledgerStub(ledgers: DurableObjectNamespace, tenantId: string): LedgerRpc {
  return ledgers.get(ledgers.idFromName(tenantId)) as unknown as LedgerRpc;
}
