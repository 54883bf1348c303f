/**
 * Sends changes to everything outside the object: D1, the webhook queue, and the tenant's ledger.
 * Nothing is queued here: each step derives from the state whether its receiver is behind, so a
 * crash loses nothing as long as an alarm is set while any is. Steps fail independently: an
 * unavailable ledger holds back neither D1 nor webhooks, and only failed steps are retried.
 */

/** One receiver of changes. */
export interface OutboxStep {
  /** Whether the receiver may lack the newest state. */
  readonly behind: boolean;
  /**
   * Sends what is missing. Sending it again must be harmless.
   * @throws what the receiver throws
   */
  flush(): Promise<void>;
  /** Forgets what was sent, so that the newest state is sent again. */
  forget?(): void;
}

/** Dependent steps: one that fails holds back those after it in its chain. */
export type OutboxChain = readonly OutboxStep[];

/** The outbox of one run. */
export class Outbox {
  readonly #chains: readonly OutboxChain[];
  #flushing: Promise<void> | null = null;

  /** @param chains independent of each other */
  constructor(chains: readonly OutboxChain[]) {
    this.#chains = chains;
  }

  /** Whether any receiver may lack the newest state. */
  get behind(): boolean {
    return this.#chains.some((chain) => chain.some((step) => step.behind));
  }

  /** Makes the next flush send the newest state again. */
  forget(): void {
    for (const step of this.#chains.flat()) {
      step.forget?.();
    }
  }

  /**
   * Sends all changes. Resolves when no receiver is behind.
   * @throws the first failure, after every chain has sent what it can
   */
  async flush(): Promise<void> {
    while (this.behind) {
      this.#flushing ??= this.#send().finally(() => {
        this.#flushing = null;
      });
      await this.#flushing;
    }
  }

  async #send(): Promise<void> {
    const results = await Promise.allSettled(this.#chains.map(sendChain));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
      throw failed.reason;
    }
  }
}

async function sendChain(chain: OutboxChain): Promise<void> {
  for (const step of chain) {
    if (step.behind) {
      await step.flush();
    }
  }
}
