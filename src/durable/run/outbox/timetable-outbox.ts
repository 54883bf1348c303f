/**
 * The outbox step that tells the timetable of its tenant that a task of a schedule has ended: the
 * next firing may wait for it. Nothing is persisted: a new process tells it again, which is harmless.
 */
import type { TimetableRpc } from "../../timetable/rpc.ts";
import { isTerminal } from "../../../run/decide/view.ts";
import type { RunState } from "../../../run/log/state.ts";
import type { OutboxStep } from "./outbox.ts";
import type { Projection } from "./projection.ts";

/** Tells the timetable of the end of one run. */
export class TimetableOutbox implements OutboxStep {
  readonly #state: () => RunState;
  readonly #projection: Pick<Projection, "stored">;
  readonly #timetable: (tenantId: string) => Pick<TimetableRpc, "taskEnded"> | null;
  #isTold = false;

  /** @param timetable null in a deployment without timetables */
  constructor(
    state: () => RunState,
    projection: Pick<Projection, "stored">,
    timetable: (tenantId: string) => Pick<TimetableRpc, "taskEnded"> | null,
  ) {
    this.#state = state;
    this.#projection = projection;
    this.#timetable = timetable;
  }

  get behind(): boolean {
    const { stored } = this.#projection;
    return (
      this.#state().spec?.schedule_id !== undefined &&
      stored !== null &&
      isTerminal(stored.view.status) &&
      !this.#isTold
    );
  }

  async flush(): Promise<void> {
    const { spec } = this.#state();
    if (spec?.schedule_id !== undefined) {
      await this.#timetable(spec.tenant_id)?.taskEnded(spec.schedule_id, spec.task_id);
    }
    this.#isTold = true;
  }

  forget(): void {
    this.#isTold = false;
  }
}
