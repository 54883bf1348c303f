/**
 * A run's account with the budgets above it. Before each priced model call it reserves the call's
 * maximum cost in the tenant's ledger; afterwards it settles the actual cost. Far from every limit
 * the ledger reserves an allowance for several calls (`allowance.ts`), and the run settles it in
 * total. A tenant without budgets is asked once a minute. Settling is an outbox step.
 */
import type { Budgets, ReserveAnswer } from "../../agent/loop/effects.ts";
import type { Need } from "../../agent/loop/reserve.ts";
import { moneyLeft } from "../../run/decide/limits.ts";
import type { DaySpent, LedgerRpc, Reserved, Spender } from "../ledger/rpc.ts";
import { UNCAPPED_MS } from "../ledger/uncapped-runs.ts";
import { Allowance, ALLOWANCE_MS } from "./allowance.ts";
import type { RunContext } from "./context.ts";
import type { OutboxStep } from "./outbox/outbox.ts";

/** Pause before the next request to an unreachable ledger, milliseconds. */
const UNREACHABLE_MS = 30_000;

/** The budgets of one run. */
export class RunBudgets implements Budgets, OutboxStep {
  readonly #context: Pick<RunContext, "log" | "deps" | "now" | "observer">;
  readonly #allowance = new Allowance();
  // Not persisted: a new process asks again, and settles everything once more.
  #uncappedUntil = 0;
  #reported = 0;
  #reportedEnd = false;
  #settledAt = 0;
  #capped = false;
  /** Number of the run's children at its last request. */
  #childrenMade = 0;
  /** How often the budgets have changed, as far as this process was notified. */
  #changes = 0;
  /** Whether this process has requested a reservation. The log shows whether an earlier one has. */
  #requested = false;

  constructor(context: Pick<RunContext, "log" | "deps" | "now" | "observer">) {
    this.#context = context;
  }

  get active(): boolean {
    const { childrenMade } = this.#context.log.state;
    // The first child makes the run's own limit one that the ledger decides.
    return (
      (this.#context.now() >= this.#uncappedUntil || childrenMade !== this.#childrenMade) &&
      this.#ledger() !== null
    );
  }

  /**
   * Forgets that no budget applied, and gives back what is left of the allowance: the next priced
   * call asks the ledger. Never rejects: the next settlement gives back what this one could not.
   */
  async onBudgetsChanged(): Promise<void> {
    this.#uncappedUntil = 0;
    this.#changes += 1;
    const ledger = this.#ledger();
    const spender = this.#spender();
    if (ledger !== null && spender !== null && this.#isLeased) {
      this.#allowance.recall();
      try {
        await this.#settle(ledger, spender);
      } catch (error) {
        this.#context.observer.fault("run.ledger", error);
      }
    }
  }

  /** Whether the ledger waits for the cost of each call. */
  get settlesEachCall(): boolean {
    return this.#capped && !this.#isLeased;
  }

  /**
   * Requests a reservation. Never rejects: an unreachable ledger grants nothing and is asked again
   * soon.
   */
  async reserve({ most, least }: Need): Promise<ReserveAnswer> {
    const ledger = this.#ledger();
    const spender = this.#spender();
    if (ledger === null || spender === null) {
      return { ok: true, sum: most, capped: false };
    }
    const { state } = this.#context.log;
    const now = this.#context.now();
    const total = totalOf(spender);
    const isSameTree = state.childrenMade === this.#childrenMade;
    if (isSameTree && this.#allowance.take(most, total, now)) {
      return { ok: true, sum: most, capped: true };
    }
    try {
      this.#requested = true;
      const changes = this.#changes;
      const wanted = Math.min(this.#allowance.wanted(most), moneyLeft(state));
      const answer = await ledger.reserve(spender, most, least, wanted);
      this.#capped = !answer.ok || answer.capped;
      if (!answer.ok) {
        this.#allowance.clear();
        return refusalOf(answer);
      }
      // A budget that was set while the ledger answered is not in this answer.
      const isCurrent = changes === this.#changes;
      this.#childrenMade = state.childrenMade;
      this.#uncappedUntil = !answer.capped && isCurrent ? now + UNCAPPED_MS : 0;
      this.#reported = Math.max(this.#reported, total);
      const { sum, capped, lease } = answer;
      this.#allowance.granted(capped ? sum : 0, lease, total, isCurrent ? now + ALLOWANCE_MS : 0);
      return { ok: true, sum, capped };
    } catch (error) {
      this.#context.observer.fault("run.ledger", error);
      const until = new Date(this.#context.now() + UNREACHABLE_MS).toISOString();
      return { ok: false, limit: "ledger_unreachable", cap_usd: 0, until };
    }
  }

  /** Whether the status changed since the last settlement and something is unsettled. */
  get behind(): boolean {
    const { statusSeq, status } = this.#context.log.state;
    const isLeased = status === "running" && this.#isLeased;
    return statusSeq > this.#settledAt && this.#unsettled && !isLeased;
  }

  async flush(): Promise<void> {
    const { statusSeq } = this.#context.log.state;
    await this.settle();
    this.#settledAt = statusSeq;
  }

  /**
   * Reports the run's totals to the ledger if it does not have them. Repeating it is harmless.
   * @throws what the call throws
   */
  async settle(): Promise<void> {
    const ledger = this.#ledger();
    const spender = this.#spender();
    if (ledger === null || spender === null || !this.#unsettled) {
      return;
    }
    await this.#settle(ledger, spender);
  }

  async #settle(ledger: LedgerRpc, spender: Spender): Promise<void> {
    const { end, status } = this.#context.log.state;
    const over = end !== null;
    const total = totalOf(spender);
    if (status !== "running") {
      this.#allowance.clear();
    }
    await ledger.settle(spender, over, over ? 0 : this.#kept(total));
    this.#reported = Math.max(this.#reported, total);
    this.#reportedEnd = over;
  }

  /** What the ledger keeps reserved; null for whatever it has. */
  #kept(total: number): number | null {
    const { status, reservedOnce } = this.#context.log.state;
    // A call of an earlier process may have a cost that the log does not have yet.
    return status === "running" && reservedOnce && !this.#requested
      ? null
      : this.#allowance.kept(total, this.#context.now());
  }

  get #isLeased(): boolean {
    return this.#allowance.isOpen(this.#context.now());
  }

  get #unsettled(): boolean {
    const { end, reservedOnce, ledger } = this.#context.log.state;
    const total = ledger.reduce((sum, { cost_micro_usd }) => sum + cost_micro_usd, 0);
    // When it ends, a run releases any reservation, including one of an earlier process.
    const mayHold = end !== null && !this.#reportedEnd && (this.#requested || reservedOnce);
    const mayRelease = this.#isLeased && this.#context.log.state.status !== "running";
    return total > this.#reported || mayHold || mayRelease;
  }

  #ledger(): LedgerRpc | null {
    return this.#context.deps().ledger(this.#context.log.state.spec?.tenant_id ?? "");
  }

  #spender(): Spender | null {
    const { spec, ledger, seq, childrenMade } = this.#context.log.state;
    if (spec === null) {
      return null;
    }
    const days = new Map<string, number>();
    for (const { day, cost_micro_usd } of ledger) {
      days.set(day, (days.get(day) ?? 0) + cost_micro_usd);
    }
    const spent = Array.from(days, ([day, sum]): DaySpent => ({ day, sum }));
    const trees = [...(spec.parent?.path ?? []), ...(childrenMade > 0 ? [spec.task_id] : [])];
    return { task_id: spec.task_id, agent: spec.agent, spent, seq, trees };
  }
}

function refusalOf(answer: Extract<Reserved, { ok: false }>): ReserveAnswer {
  const { until } = answer;
  if ("tree" in answer) {
    const { task_id, cap } = answer.tree;
    return { ok: false, limit: "tree_cost", cap_usd: cap / 1_000_000, until, task_id };
  }
  const { agent, period, cap } = answer.budget;
  const limit = `${agent === null ? "tenant" : "agent"}_${period}`;
  return { ok: false, limit, cap_usd: cap / 1_000_000, until };
}

function totalOf({ spent }: Spender): number {
  return spent.reduce((sum, day) => sum + day.sum, 0);
}
