/**
 * Brings what the log decides to D1. Nothing is queued: the state itself says whether D1 is behind,
 * and only the newest status is sent, so a run that is over at once writes its end and nothing
 * else. The update is fenced by `seq`, so that sending again is harmless and a late write never
 * wins; while D1 is behind, an alarm is set, and an alarm is all that has to survive a crash.
 */
import type { RunState } from "../run/state.ts";
import { viewOf } from "../run/view.ts";
import type { TaskProjection } from "../store/tasks.ts";

/** Stores a projection; the part of the task store that a run needs. */
export type Project = (projection: TaskProjection) => Promise<void>;

export class Outbox {
  readonly #project: Project;
  readonly #state: () => RunState;
  /** Not persisted: after a restart, the newest status is sent once more. */
  #sentSeq = 0;
  #flushing: Promise<void> | null = null;

  constructor(project: Project, state: () => RunState) {
    this.#project = project;
    this.#state = state;
  }

  /** Whether D1 may not know the newest status yet. */
  get behind(): boolean {
    return this.#state().statusSeq > this.#sentSeq;
  }

  /** Takes nothing of what D1 was told for granted: the newest status is sent again. */
  forget(): void {
    this.#sentSeq = 0;
  }

  /** Resolves when D1 has the newest status. @throws what D1 throws; nothing is lost then */
  async flush(): Promise<void> {
    while (this.behind) {
      this.#flushing ??= this.#send().finally(() => {
        this.#flushing = null;
      });
      await this.#flushing;
    }
  }

  async #send(): Promise<void> {
    const state = this.#state();
    if (state.spec === null) {
      return;
    }
    const { task_id, tenant_id, agent } = state.spec;
    await this.#project({ task_id, tenant_id, agent, view: viewOf(state) });
    this.#sentSeq = Math.max(this.#sentSeq, state.statusSeq);
  }
}
