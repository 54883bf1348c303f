/**
 * A run's part in its tenant's caps on concurrency: where its task is marked as bound by one, it
 * takes a slot of the ledger before it asks a model, and gives it back when it waits or is over.
 */
import type { SlotRefusal } from "../../agent/loop/effects.ts";
import type { RunState } from "../../run/log/state.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import type { LedgerRpc } from "../ledger/rpc.ts";

/**
 * A run that was told to wait asks by itself after this, or up to twice as long, since many may have
 * been told at the same moment: the ledger may have forgotten it.
 */
const FORGOTTEN_MS = 3_600_000;
/** Pause before a ledger that does not answer is asked again; each further one is twice as long. */
const UNREACHABLE: Backoff = { baseMs: 30_000, maxMs: 900_000 };

/** The part of the ledger that has the slots. */
type SlotLedger = Pick<LedgerRpc, "takeSlot" | "releaseSlot">;

export class RunSlot {
  readonly #ledger: () => SlotLedger | null;
  readonly #state: () => RunState;
  readonly #now: () => number;
  readonly #fault: (error: unknown) => void;
  readonly #random: () => number;
  // Not persisted: a fresh process asks again, which changes nothing, and gives back once more.
  /** `statusSeq` as the slot was taken: the ledger may take it back from a run that waits. */
  #takenAt: number | null = null;
  #releasedAt = 0;
  #unreachable = 0;

  constructor(
    ledger: () => SlotLedger | null,
    state: () => RunState,
    now: () => number,
    fault: (error: unknown) => void,
    random: () => number = Math.random,
  ) {
    this.#ledger = ledger;
    this.#state = state;
    this.#now = now;
    this.#fault = fault;
    this.#random = random;
  }

  /** Whether the run has taken a slot since it last waited. */
  get held(): boolean {
    return this.#takenAt === this.#state().statusSeq;
  }

  /** Null if the run may work. Never throws: a ledger that cannot be asked is asked again soon. */
  async take(): Promise<SlotRefusal | null> {
    const ledger = this.#ledger();
    const { spec, seq, statusSeq } = this.#state();
    if (ledger === null || spec?.concurrency === undefined) {
      this.#takenAt = statusSeq;
      return null;
    }
    try {
      const { task_id, agent, concurrency } = spec;
      const { priority } = concurrency;
      const answer = await ledger.takeSlot({ task_id, agent, priority, seq });
      this.#unreachable = 0;
      this.#takenAt = answer.ok ? statusSeq : null;
      const ms = FORGOTTEN_MS * (1 + this.#random());
      return answer.ok ? null : { limit: answer.limit, until: this.#after(ms) };
    } catch (error) {
      this.#fault(error);
      this.#unreachable += 1;
      const ms = delayOf(UNREACHABLE, this.#unreachable);
      return { limit: "ledger_unreachable", until: this.#after(ms) };
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
    this.#takenAt = null;
    await ledger.releaseSlot(spec.task_id, seq);
    this.#releasedAt = statusSeq;
  }

  #after(ms: number): string {
    return new Date(this.#now() + ms).toISOString();
  }
}
