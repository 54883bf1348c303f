/**
 * A run's slot under its tenant's concurrency limits. A task submitted under a limit takes a slot
 * from the ledger before it calls a model, and releases it when the run waits or ends. The release
 * is an outbox step.
 */
import type { Slot, SlotRefusal } from "../../agent/loop/effects.ts";
import { rootOf } from "../../run/spec/child.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import { defined } from "../../run/value/defined.ts";
import { timeOfId } from "../../run/value/id.ts";
import type { LedgerRpc } from "../ledger/rpc.ts";
import type { RunContext } from "./context.ts";
import type { OutboxStep } from "./outbox/outbox.ts";

/**
 * A waiting run repeats its request after this time, or up to twice as long to spread runs that
 * were refused together, milliseconds: the ledger may have lost its place in the queue.
 */
const REPEAT_MS = 3_600_000;
/** Pause before the next request to an unreachable ledger; it doubles up to the maximum. */
const UNREACHABLE: Backoff = { baseMs: 30_000, maxMs: 900_000 };

/** The part of the ledger that manages slots. */
type SlotLedger = Pick<LedgerRpc, "takeSlot" | "releaseSlot">;

/** The slot of one run. */
export class RunSlot implements Slot, OutboxStep {
  readonly #context: Pick<RunContext, "log" | "deps" | "now" | "observer">;
  // Not persisted: a new process takes and releases the slot again, which is harmless.
  /** `statusSeq` when the slot was taken: the ledger may revoke the slot of a run that waits. */
  #takenAt: number | null = null;
  #releasedAt = 0;
  #unreachable = 0;

  constructor(context: Pick<RunContext, "log" | "deps" | "now" | "observer">) {
    this.#context = context;
  }

  get held(): boolean {
    return this.#takenAt === this.#context.log.state.statusSeq;
  }

  /** Requests a slot. Never rejects: an unreachable ledger is a refusal with an early retry. */
  async take(): Promise<SlotRefusal | null> {
    const ledger = this.#ledger();
    const { spec, seq, statusSeq, childrenMade } = this.#context.log.state;
    if (ledger === null || spec?.concurrency === undefined) {
      this.#takenAt = statusSeq;
      return null;
    }
    try {
      const { task_id, agent, concurrency } = spec;
      const { priority } = concurrency;
      const since = treeSince(spec, childrenMade);
      const answer = await ledger.takeSlot({
        task_id,
        agent,
        priority,
        seq,
        ...defined({ since }),
      });
      this.#unreachable = 0;
      this.#takenAt = answer.ok ? statusSeq : null;
      const ms = REPEAT_MS * (1 + this.#context.deps().random());
      return answer.ok ? null : { limit: answer.limit, until: this.#after(ms) };
    } catch (error) {
      this.#context.observer.fault("run.ledger", error);
      this.#unreachable += 1;
      const ms = delayOf(UNREACHABLE, this.#unreachable);
      return { limit: "ledger_unreachable", until: this.#after(ms) };
    }
  }

  /** Whether the ledger may still count a slot that the run does not need. */
  get behind(): boolean {
    const { spec, statusSeq, end, wait } = this.#context.log.state;
    const needed = end === null && (wait === null || wait.for === "concurrency");
    // A scheduled run that has not started never requested a slot.
    const never = spec?.concurrency === undefined || wait?.for === "schedule";
    return !never && !needed && this.#releasedAt !== statusSeq;
  }

  /**
   * Releases the slot. Releasing it again is harmless.
   * @throws what the call throws
   */
  async flush(): Promise<void> {
    const ledger = this.#ledger();
    const { spec, seq, statusSeq } = this.#context.log.state;
    this.#takenAt = null;
    if (ledger !== null && spec !== null) {
      await ledger.releaseSlot(spec.task_id, seq);
    }
    this.#releasedAt = statusSeq;
  }

  #ledger(): SlotLedger | null {
    return this.#context.deps().ledger(this.#context.log.state.spec?.tenant_id ?? "");
  }

  #after(ms: number): string {
    return new Date(this.#context.now() + ms).toISOString();
  }
}

/** Returns since when the run's tree exists, milliseconds since the epoch; undefined without a tree. */
function treeSince({ task_id, parent }: RunSpec, childrenMade: number): number | undefined {
  return parent === undefined && childrenMade === 0 ? undefined : timeOfId(rootOf(task_id, parent));
}
