/**
 * The outbox step that writes the run's newest status and open questions to D1. Older statuses are skipped: a run that
 * ends at once writes only its end. The update is fenced by `seq`, so a late or repeated write
 * never wins.
 */
import type { RunState } from "../../../run/log/state.ts";
import { openQuestions } from "../../../run/decide/questions.ts";
import { viewOf, type RunView } from "../../../run/decide/view.ts";
import type { TaskStore } from "../../../store/tasks/tasks.ts";
import type { OutboxStep } from "./outbox.ts";

/** A status in D1. */
export interface StoredStatus {
  readonly statusSeq: number;
  readonly view: RunView;
  /** Since when the tenant's feed is on (RFC 3339); null while it is off. */
  readonly feedSince: string | null;
  /** The turn of the conversation that waits for the run's end; null without one. */
  readonly nextTurn: string | null;
  /** Whether the tenant has its traces exported. */
  readonly telemetry: boolean;
}

/** Writes the task's row of one run. */
export class Projection implements OutboxStep {
  readonly #state: () => RunState;
  readonly #tasks: () => Pick<TaskStore, "project">;
  /** Not persisted: a new process sends the newest status once more. */
  #sentSeq = 0;
  #stored: StoredStatus | null = null;

  /** @param tasks built on first use */
  constructor(state: () => RunState, tasks: () => Pick<TaskStore, "project">) {
    this.#state = state;
    this.#tasks = tasks;
  }

  get behind(): boolean {
    const { spec, statusSeq, questionSeq } = this.#state();
    return spec !== null && Math.max(statusSeq, questionSeq) > this.#sentSeq;
  }

  async flush(): Promise<void> {
    const state = this.#state();
    if (state.spec !== null) {
      const { task_id, tenant_id, agent } = state.spec;
      const questions = state.questionSeq === 0 ? null : openQuestions(state);
      const view = viewOf(state);
      const {
        feedSince,
        telemetry,
        nextTurn = null,
      } = await this.#tasks().project({
        task_id,
        tenant_id,
        agent,
        view,
        questions,
      });
      this.#stored = { statusSeq: state.statusSeq, view, feedSince, telemetry, nextTurn };
      this.#sentSeq = Math.max(this.#sentSeq, state.statusSeq, state.questionSeq);
    }
  }

  /** The newest status that this process has stored; null if there is none. */
  get stored(): StoredStatus | null {
    return this.#stored;
  }

  forget(): void {
    this.#sentSeq = 0;
  }
}
