/**
 * A run's part in its tenant's caps on concurrency: where its task is marked as bound by one, it
 * takes a slot of the ledger before it asks a model, and gives it back when it waits or is over.
 */
import type { SlotRefusal } from "../agent/effects.ts";
import type { RunState } from "../run/state.ts";
import type { LedgerRpc } from "./ledger-rpc.ts";

/** A run that was told to wait asks by itself after this: the ledger may have forgotten it. */
const FORGOTTEN_MS = 3_600_000;
/** Pause before a ledger that does not answer is asked again. */
const UNREACHABLE_MS = 30_000;

export class RunSlot {
  readonly #ledger: () => LedgerRpc | null;
  readonly #state: () => RunState;
  readonly #now: () => number;
  readonly #fault: (error: unknown) => void;
  // Not persisted: a fresh process asks again, which changes nothing, and gives back once more.
  #held = false;
  #releasedAt = 0;

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

  /** Whether the run has taken a slot, and not given it back. */
  get held(): boolean {
    return this.#held;
  }

  /** Null if the run may work. Never throws: a ledger that cannot be asked is asked again soon. */
  async take(): Promise<SlotRefusal | null> {
    const ledger = this.#ledger();
    const { spec, seq } = this.#state();
    if (ledger === null || spec?.concurrency === undefined) {
      this.#held = true;
      return null;
    }
    try {
      const { task_id, agent, concurrency } = spec;
      const { priority } = concurrency;
      const answer = await ledger.takeSlot({ task_id, agent, priority, seq });
      this.#held = answer.ok;
      return answer.ok ? null : { limit: answer.limit, until: this.#after(FORGOTTEN_MS) };
    } catch (error) {
      this.#fault(error);
      return { limit: "ledger_unreachable", until: this.#after(UNREACHABLE_MS) };
    }
  }

  /** Gives back what the run does not need now. @throws what the call throws; giving back again is fine */
  async release(): Promise<void> {
    const ledger = this.#ledger();
    const { spec, seq, statusSeq, end, wait } = this.#state();
    const needed = end === null && (wait === null || wait.for === "concurrency");
    // What never began to work has never asked.
    const none = spec?.concurrency === undefined || wait?.for === "schedule";
    if (ledger === null || none || needed || this.#releasedAt === statusSeq) {
      return;
    }
    this.#held = false;
    await ledger.releaseSlot(spec.task_id, seq);
    this.#releasedAt = statusSeq;
  }

  #after(ms: number): string {
    return new Date(this.#now() + ms).toISOString();
  }
}
