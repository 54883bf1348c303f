/**
 * The outbox step that sends the run's status to its tenant's feed, if the feed is on. It sends what
 * the projection has stored, so a watcher finds the task in D1 as the change states. Nothing is
 * persisted: a new process sends the newest status again, which the feed ignores.
 */
import type { FeedRpc } from "../../feed/rpc.ts";
import type { RunState } from "../../../run/log/state.ts";
import type { OutboxStep } from "./outbox.ts";
import type { Projection } from "./projection.ts";

/** Sends the status changes of one run. */
export class FeedOutbox implements OutboxStep {
  readonly #state: () => RunState;
  readonly #projection: Pick<Projection, "stored">;
  readonly #feed: (tenantId: string) => Pick<FeedRpc, "changed"> | null;
  /** `statusSeq` of the newest change that was sent. */
  #sentSeq = 0;

  /** @param feed null in a deployment without feeds */
  constructor(
    state: () => RunState,
    projection: Pick<Projection, "stored">,
    feed: (tenantId: string) => Pick<FeedRpc, "changed"> | null,
  ) {
    this.#state = state;
    this.#projection = projection;
    this.#feed = feed;
  }

  get behind(): boolean {
    const { stored } = this.#projection;
    return stored !== null && stored.feedSince !== null && stored.statusSeq > this.#sentSeq;
  }

  async flush(): Promise<void> {
    const { stored } = this.#projection;
    const { spec } = this.#state();
    if (stored !== null && spec !== null) {
      const { task_id, tenant_id, agent } = spec;
      const { status, waiting_for, updated_at } = stored.view;
      await this.#feed(tenant_id)?.changed({
        task_id,
        seq: stored.statusSeq,
        status,
        waiting_for,
        agent,
        deleted: false,
        at: updated_at ?? "",
      });
      this.#sentSeq = Math.max(this.#sentSeq, stored.statusSeq);
    }
  }

  forget(): void {
    this.#sentSeq = 0;
  }
}
