/**
 * What a run has to do with the budgets above it: it asks its tenant's ledger before each costly
 * model call, and tells it what was spent. Where no budget is set, it asks once a minute only.
 */
import type { ReserveAnswer } from "../../agent/loop/effects.ts";
import type { Need } from "../../agent/loop/reserve.ts";
import type { RunState } from "../../run/log/state.ts";
import type { DaySpent, LedgerRpc, Spender } from "../ledger/rpc.ts";

/** How long a tenant without budgets is taken for one without. */
const UNCAPPED_MS = 60_000;
/** Pause before a ledger that does not answer is asked again. */
const UNREACHABLE_MS = 30_000;

export class RunBudgets {
  readonly #ledger: () => LedgerRpc | null;
  readonly #state: () => RunState;
  readonly #now: () => number;
  readonly #fault: (error: unknown) => void;
  // Not persisted: a fresh process asks, and tells everything once more.
  #uncappedUntil = 0;
  #told = 0;
  #toldEnd = false;
  #capped = false;
  /** Whether this process has asked; an earlier one may have, and left word in the log. */
  #asked = false;

  constructor(
    ledger: () => LedgerRpc | null,
    state: () => RunState,
    now: () => number,
    fault: (error: unknown) => void,
  ) {
    this.#ledger = ledger;
    this.#state = state;
    this.#now = now;
    this.#fault = fault;
  }

  /** Whether a costly call must be granted first. */
  get active(): boolean {
    return this.#now() >= this.#uncappedUntil && this.#ledger() !== null;
  }

  /** Whether there is a budget to keep to, as far as the last answer goes. */
  get capped(): boolean {
    return this.#capped;
  }

  /** Never throws: a ledger that cannot be asked grants nothing, and is asked again soon. */
  async reserve({ most, least }: Need): Promise<ReserveAnswer> {
    const ledger = this.#ledger();
    const spender = this.#spender();
    if (ledger === null || spender === null) {
      return { ok: true, sum: most, capped: false };
    }
    try {
      this.#asked = true;
      const answer = await ledger.reserve(spender, most, least);
      this.#capped = !answer.ok || answer.capped;
      if (!answer.ok) {
        const { agent, period, cap } = answer.budget;
        const limit = `${agent === null ? "tenant" : "agent"}_${period}`;
        return { ok: false, limit, cap_usd: cap / 1_000_000, until: answer.until };
      }
      this.#uncappedUntil = answer.capped ? 0 : this.#now() + UNCAPPED_MS;
      this.#told = Math.max(this.#told, totalOf(spender));
      return { ok: true, sum: answer.sum, capped: answer.capped };
    } catch (error) {
      this.#fault(error);
      const until = new Date(this.#now() + UNREACHABLE_MS).toISOString();
      return { ok: false, limit: "ledger_unreachable", cap_usd: 0, until };
    }
  }

  /** Tells the ledger what it does not know yet. @throws what the call throws; telling again is fine */
  async settle(): Promise<void> {
    const ledger = this.#ledger();
    const spender = this.#spender();
    const state = this.#state();
    const over = state.end !== null;
    if (ledger === null || spender === null) {
      return;
    }
    const total = totalOf(spender);
    // At its end a run gives back what it may hold: an earlier process may have asked for it.
    const mayHold = over && !this.#toldEnd && (this.#asked || state.reservedOnce);
    if (total > this.#told || mayHold) {
      await ledger.settle(spender, over);
      this.#told = Math.max(this.#told, total);
      this.#toldEnd = over;
    }
  }

  #spender(): Spender | null {
    const { spec, ledger, seq } = this.#state();
    if (spec === null) {
      return null;
    }
    const days = new Map<string, number>();
    for (const { day, cost_micro_usd } of ledger) {
      days.set(day, (days.get(day) ?? 0) + cost_micro_usd);
    }
    const spent = Array.from(days, ([day, sum]): DaySpent => ({ day, sum }));
    return { task_id: spec.task_id, agent: spec.agent, spent, seq };
  }
}

function totalOf({ spent }: Spender): number {
  return spent.reduce((sum, day) => sum + day.sum, 0);
}
