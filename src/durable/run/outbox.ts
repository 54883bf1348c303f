/**
 * Brings what the log decides to D1. Nothing is queued: the state itself says whether D1 is behind,
 * and only the newest status is sent, so a run that is over at once writes its end and nothing
 * else. The update is fenced by `seq`, so that sending again is harmless and a late write never
 * wins; while D1 is behind, an alarm is set, and an alarm is all that has to survive a crash. Then
 * those are told who asked to be, see `announcer.ts`: by then the task's row is what they will find.
 */
import type { RunState } from "../../run/log/state.ts";
import { viewOf } from "../../run/decide/view.ts";
import type { TaskProjection } from "../../store/tasks/tasks.ts";
import type { Announcer } from "./webhook-outbox.ts";

/** Stores a projection; the part of the task store that a run needs. */
export type Project = (projection: TaskProjection) => Promise<void>;

export class Outbox {
  readonly #project: Project;
  readonly #state: () => RunState;
  readonly #announcer: Pick<Announcer, "behind" | "flush">;
  /** Not persisted: after a restart, the newest status is sent once more. */
  #sentSeq = 0;
  #flushing: Promise<void> | null = null;

  constructor(
    project: Project,
    state: () => RunState,
    announcer: Pick<Announcer, "behind" | "flush">,
  ) {
    this.#project = project;
    this.#state = state;
    this.#announcer = announcer;
  }

  /** Whether there is somebody who may not know the newest status yet. */
  get behind(): boolean {
    return this.#unprojected || this.#announcer.behind;
  }

  get #unprojected(): boolean {
    return this.#state().statusSeq > this.#sentSeq;
  }

  /** Takes nothing of what D1 was told for granted: the newest status is sent again. */
  forget(): void {
    this.#sentSeq = 0;
  }

  /**
   * Resolves when D1 has the newest status, and the queue of webhooks what they are told.
   * @throws what these throw; nothing is lost then
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
    const state = this.#state();
    if (state.spec === null) {
      return;
    }
    if (this.#unprojected) {
      const { task_id, tenant_id, agent } = state.spec;
      await this.#project({ task_id, tenant_id, agent, view: viewOf(state) });
      this.#sentSeq = Math.max(this.#sentSeq, state.statusSeq);
    }
    await this.#announcer.flush();
  }
}
