/**
 * A run's side of the budgets above it. Before each priced model call it asks its tenant's ledger
 * for the call's worst case, and afterwards it settles what was spent. A tenant without budgets is
 * asked once a minute. Settling is an outbox step.
 */
import type { Budgets, ReserveAnswer } from "../../agent/loop/effects.ts";
import type { Need } from "../../agent/loop/reserve.ts";
import type { DaySpent, LedgerRpc, Spender } from "../ledger/rpc.ts";
import type { RunContext } from "./context.ts";
import type { OutboxStep } from "./outbox/outbox.ts";

/** How long a tenant without budgets is not asked again. */
const UNCAPPED_MS = 60_000;
/** Pause before an unreachable ledger is asked again. */
const UNREACHABLE_MS = 30_000;

export class RunBudgets implements Budgets, OutboxStep {
  readonly #context: Pick<RunContext, "log" | "deps" | "now" | "observer">;
  // Not persisted: a fresh process asks again, and settles everything once more.
  #uncappedUntil = 0;
  #told = 0;
  #toldEnd = false;
  #settledAt = 0;
  #capped = false;
  /** Whether this process has asked; the log says whether an earlier one has. */
  #asked = false;

  constructor(context: Pick<RunContext, "log" | "deps" | "now" | "observer">) {
    this.#context = context;
  }

  get active(): boolean {
    return this.#context.now() >= this.#uncappedUntil && this.#ledger() !== null;
  }

  get capped(): boolean {
    return this.#capped;
  }

  /** Does not throw: a ledger that cannot be reached grants nothing and is asked again soon. */
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
      this.#uncappedUntil = answer.capped ? 0 : this.#context.now() + UNCAPPED_MS;
      this.#told = Math.max(this.#told, totalOf(spender));
      return { ok: true, sum: answer.sum, capped: answer.capped };
    } catch (error) {
      this.#context.observer.fault("run.ledger", error);
      const until = new Date(this.#context.now() + UNREACHABLE_MS).toISOString();
      return { ok: false, limit: "ledger_unreachable", cap_usd: 0, until };
    }
  }

  /** Whether the status has changed since the ledger was told what it does not know. */
  get behind(): boolean {
    const { statusSeq } = this.#context.log.state;
    return statusSeq > this.#settledAt && this.#unsettled;
  }

  async flush(): Promise<void> {
    const { statusSeq } = this.#context.log.state;
    await this.settle();
    this.#settledAt = statusSeq;
  }

  /** Tells the ledger the totals that it does not know. @throws what the call throws; repeating is harmless */
  async settle(): Promise<void> {
    const ledger = this.#ledger();
    const spender = this.#spender();
    if (ledger === null || spender === null || !this.#unsettled) {
      return;
    }
    const over = this.#context.log.state.end !== null;
    await ledger.settle(spender, over);
    this.#told = Math.max(this.#told, totalOf(spender));
    this.#toldEnd = over;
  }

  get #unsettled(): boolean {
    const { end, reservedOnce, ledger } = this.#context.log.state;
    const total = ledger.reduce((sum, { cost_micro_usd }) => sum + cost_micro_usd, 0);
    // At its end a run releases what it may hold, also what an earlier process reserved.
    const mayHold = end !== null && !this.#toldEnd && (this.#asked || reservedOnce);
    return total > this.#told || mayHold;
  }

  #ledger(): LedgerRpc | null {
    return this.#context.deps().ledger(this.#context.log.state.spec?.tenant_id ?? "");
  }

  #spender(): Spender | null {
    const { spec, ledger, seq } = this.#context.log.state;
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
