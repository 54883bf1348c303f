/**
 * The outbox step that writes the run's newest status to D1. Older statuses are skipped: a run that
 * ends at once writes only its end. The update is fenced by `seq`, so a late or repeated write
 * never wins.
 */
import type { RunState } from "../../../run/log/state.ts";
import { viewOf } from "../../../run/decide/view.ts";
import type { TaskStore } from "../../../store/tasks/tasks.ts";
import type { OutboxStep } from "./outbox.ts";

/** Writes the task's row of one run. */
export class Projection implements OutboxStep {
  readonly #state: () => RunState;
  readonly #tasks: () => Pick<TaskStore, "project">;
  /** Not persisted: a new process sends the newest status once more. */
  #sentSeq = 0;

  /** @param tasks built on first use */
  constructor(state: () => RunState, tasks: () => Pick<TaskStore, "project">) {
    this.#state = state;
    this.#tasks = tasks;
  }

  get behind(): boolean {
    const { spec, statusSeq } = this.#state();
    return spec !== null && statusSeq > this.#sentSeq;
  }

  async flush(): Promise<void> {
    const state = this.#state();
    if (state.spec !== null) {
      const { task_id, tenant_id, agent } = state.spec;
      await this.#tasks().project({ task_id, tenant_id, agent, view: viewOf(state) });
      this.#sentSeq = Math.max(this.#sentSeq, state.statusSeq);
    }
  }

  forget(): void {
    this.#sentSeq = 0;
  }
}
