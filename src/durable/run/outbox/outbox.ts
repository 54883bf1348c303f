/**
 * Tells everything outside the object what has changed: D1, the webhook queue, and the tenant's
 * ledger. Nothing is queued here: each step says from the state whether it is behind, so a crash
 * loses nothing as long as an alarm is set while any step is. Steps fail on their own: a ledger that
 * is down holds back neither D1 nor webhooks, and only what failed is tried again.
 */

/** One receiver of changes. */
export interface OutboxStep {
  /** Whether the receiver may not know the newest state. */
  readonly behind: boolean;
  /** Sends what is missing; sending again must be harmless. @throws what the receiver throws */
  flush(): Promise<void>;
  /** Forgets what was sent, so that the newest state is sent again. */
  forget?(): void;
}

/** Steps that build on each other: one that fails holds back those after it in its chain. */
export type OutboxChain = readonly OutboxStep[];

export class Outbox {
  readonly #chains: readonly OutboxChain[];
  #flushing: Promise<void> | null = null;

  /** @param chains independent of each other */
  constructor(chains: readonly OutboxChain[]) {
    this.#chains = chains;
  }

  /** Whether any receiver may not know the newest state. */
  get behind(): boolean {
    return this.#chains.some((chain) => chain.some((step) => step.behind));
  }

  /** Sends the newest state again, whatever was sent before. */
  forget(): void {
    for (const step of this.#chains.flat()) {
      step.forget?.();
    }
  }

  /**
   * Resolves when no receiver is behind.
   * @throws the first failure, once every chain has gone as far as it can
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
