/**
 * The outbox step that starts the next turn of a conversation, which waits for the end of this run.
 * Nothing is persisted: a new process asks D1 again, where a turn that has begun waits no more.
 */
import type { RunState } from "../../../run/log/state.ts";
import type { OutboxStep } from "./outbox.ts";
import type { Projection } from "./projection.ts";

/** Starts the turn that waits for one run. */
export class TurnOutbox implements OutboxStep {
  readonly #state: () => RunState;
  readonly #projection: Pick<Projection, "stored">;
  readonly #release: (tenantId: string, taskId: string) => Promise<void>;
  #released: string | null = null;

  /** @param release ends the wait of a turn, and dispatches it; harmless if it does not wait */
  constructor(
    state: () => RunState,
    projection: Pick<Projection, "stored">,
    release: (tenantId: string, taskId: string) => Promise<void>,
  ) {
    this.#state = state;
    this.#projection = projection;
    this.#release = release;
  }

  get behind(): boolean {
    const next = this.#projection.stored?.nextTurn ?? null;
    return next !== null && next !== this.#released;
  }

  async flush(): Promise<void> {
    const { spec } = this.#state();
    const next = this.#projection.stored?.nextTurn ?? null;
    if (spec !== null && next !== null) {
      await this.#release(spec.tenant_id, next);
    }
    this.#released = next;
  }

  forget(): void {
    this.#released = null;
  }
}
