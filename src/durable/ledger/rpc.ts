/**
 * The contract of a tenant's ledger: budgets above its runs, their spending, and limits of
 * concurrent runs. Plain data; amounts are whole micro-dollars.
 */
import type { Actor } from "../../store/audit.ts";

/** A maximum of spending in a period (UTC), for the whole tenant or for the runs of one agent. */
export interface Budget {
  /** An agent's name, or null for the tenant. */
  readonly agent: string | null;
  readonly period: "day" | "month";
  readonly cap: number;
}

/** A new value of a budget. A `cap` of null removes it. */
export type BudgetChange = Omit<Budget, "cap"> & { readonly cap: number | null };

/** A budget with its current use. */
export interface BudgetState extends Budget {
  readonly spent: number;
  /** Reserved for model calls in progress. */
  readonly reserved: number;
}

/** Total spending of a run on one day. Reporting it again changes nothing. */
export interface DaySpent {
  readonly day: string;
  readonly sum: number;
}

/** A run's report of its spending. */
export interface Spender {
  readonly task_id: string;
  readonly agent: string;
  readonly spent: readonly DaySpent[];
  /**
   * The runs whose limits of their trees apply to this run: those above it, and itself if it has
   * children. Absent from a run of an older version: none.
   */
  readonly trees?: readonly string[];
  /**
   * `seq` of the run's log at the time of the report. Calls may overtake each other: a report from
   * before a reservation does not release it.
   */
  readonly seq: number;
}

/**
 * The answer to a reservation. `sum` is the granted amount; `until` (RFC 3339) is the end of the
 * period.
 */
export type Reserved =
  /**
   * `capped`: whether any budget applies to the run. `lease`: what is reserved in all, if it is for
   * this call and those after it; the run asks again within a minute.
   */
  | { readonly ok: true; readonly sum: number; readonly capped: boolean; readonly lease?: number }
  | { readonly ok: false; readonly budget: Budget; readonly until: string }
  /** The limit of a tree is reached: `cap` of the run `task_id` and all tasks below it. */
  | {
      readonly ok: false;
      readonly tree: { readonly task_id: string; readonly cap: number };
      readonly until: string;
    };

/** A run that is about to start tasks. */
export interface AdoptRequest {
  readonly task_id: string;
  /** The run's tree: the first task first, the run itself last. */
  readonly path: readonly string[];
  /** What the run and all tasks below it may spend; null for no limit. */
  readonly cap: number | null;
  /** What the run itself has spent. */
  readonly spent: number;
  readonly children: readonly string[];
  /** Maximum tasks below the first task. */
  readonly max_descendants: number;
}

/** A maximum of concurrent runs, for the whole tenant or for one agent. Null removes it. */
export interface ConcurrencyCap {
  /** An agent's name, or null for the tenant. */
  readonly agent: string | null;
  readonly max_runs: number | null;
}

/** A concurrency limit with its current use. */
export interface ConcurrencyState {
  readonly agent: string | null;
  readonly max_runs: number;
  /** Runs that hold a slot, including granted slots that are not claimed yet. */
  readonly running: number;
  readonly waiting: number;
}

/**
 * What a change expects of the value (`cap`, `max_runs`) that it replaces: one of a list, any value,
 * or, if null, nothing at all.
 */
export type Expected = readonly number[] | "any" | null;

/** The outcome of a change. */
export type Changed<State> =
  /** The new state; null after a removal. */
  | { readonly ok: true; readonly state: State | null }
  /** Nothing has changed: the value is another one, or there is none to remove. */
  | { readonly ok: false; readonly current: State | null };

/** Returns whether a value is the expected one. @param value null if there is none */
export function isAsExpected(value: number | null, expected: Expected): boolean {
  return expected === null || (value !== null && (expected === "any" || expected.includes(value)));
}

/** A run's request for a slot. */
export interface SlotRequest {
  readonly task_id: string;
  readonly agent: string;
  /** Waiting runs of higher priority go first. */
  readonly priority: number;
  /**
   * For a run in a tree: the creation of its first task, milliseconds since the epoch. Older trees go
   * first. Absent: the run is ordered by the time of its request.
   */
  readonly since?: number;
  /** `seq` of the run's log at the time of the request; see `Spender`. */
  readonly seq: number;
}

/** The answer to a request for a slot. */
export type SlotAnswer =
  /** `capped`: whether any concurrency limit applies to the run. */
  | { readonly ok: true; readonly capped: boolean }
  /** The limit that is used up: `tenant_runs` or `agent_runs`. */
  | { readonly ok: false; readonly limit: string };

/** The methods of a tenant's ledger. */
export interface LedgerRpc {
  /**
   * Reserves the cost of a run's next model call and replaces its previous reservation. Grants
   * between `least` and `most`. If less than `least` is left, the run is recorded and resumed when
   * there is room again.
   * @param wanted for this call and those after it; granted in part, and only far from every limit
   */
  reserve(spender: Spender, most: number, least: number, wanted?: number): Promise<Reserved>;
  /**
   * Books a run's spending and releases its reservation. `over` also removes it from the waiting
   * runs.
   * @param keep what stays reserved; null for all of it
   */
  settle(spender: Spender, over: boolean, keep?: number | null): Promise<void>;
  /**
   * Counts the tasks that a run is about to start, in every tree above them. Repeating it changes
   * nothing.
   * @returns the tasks that the limit of the tree does not admit
   */
  adopt(request: AdoptRequest): Promise<string[]>;
  /**
   * Sets what a run and all tasks below it may spend; null lifts the limit. Resumes runs that have
   * room now.
   * @param over whether the run has ended
   */
  setTreeCap(taskId: string, cap: number | null, over: boolean): Promise<void>;
  /** Returns every budget with its use in the current period. */
  budgets(): Promise<BudgetState[]>;
  /**
   * Sets a budget, or removes it if `cap` is null, with an audit entry. Resumes runs that have room
   * now. Concurrent changes are applied one after the other.
   */
  changeBudget(
    budget: BudgetChange,
    expected: Expected,
    actor: Actor,
  ): Promise<Changed<BudgetState>>;
  /** Takes a slot for a run, or records that it waits. Repeating the request is harmless. */
  takeSlot(request: SlotRequest): Promise<SlotAnswer>;
  /**
   * Releases a run's slot, or its place in the queue.
   * @param seq of the run's log at the time of the release
   */
  releaseSlot(taskId: string, seq: number): Promise<void>;
  /** Returns every concurrency limit with its use. */
  concurrency(): Promise<ConcurrencyState[]>;
  /**
   * Sets or removes a concurrency limit, with an audit entry. Wakes runs that have room now; stops
   * none. Concurrent changes are applied one after the other, here and in D1.
   */
  changeConcurrency(
    cap: ConcurrencyCap,
    expected: Expected,
    actor: Actor,
  ): Promise<Changed<ConcurrencyState>>;
}

/** Returns the ledger of a tenant. */
export function ledgerStub(ledgers: DurableObjectNamespace, tenantId: string): LedgerRpc {
  return ledgers.get(ledgers.idFromName(tenantId)) as unknown as LedgerRpc;
}
