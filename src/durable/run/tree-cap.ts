/**
 * The outbox step that tells the ledger what a run with children may spend with all tasks below it. Its
 * limit may be changed at any time. Nothing is persisted: a new process tells it again.
 */
import { microUsd } from "../../run/decide/limits.ts";
import type { RunState } from "../../run/log/state.ts";
import type { RunContext } from "./context.ts";
import type { OutboxStep } from "./outbox/outbox.ts";

/** Returns what a run and all tasks below it may spend, in micro-dollars; null for no limit. */
export function capOf({ spec }: RunState): number | null {
  const limit = spec?.limits.max_cost_usd;
  return limit === undefined ? null : microUsd(limit);
}

/** Reports the limit of one run's tree. */
export class TreeCap implements OutboxStep {
  readonly #context: Pick<RunContext, "log" | "deps">;
  #told: string | null = null;

  constructor(context: Pick<RunContext, "log" | "deps">) {
    this.#context = context;
  }

  get behind(): boolean {
    const { state } = this.#context.log;
    return state.childrenMade > 0 && this.#told !== reportOf(state);
  }

  async flush(): Promise<void> {
    const { state } = this.#context.log;
    const report = reportOf(state);
    const { spec, end } = state;
    const ledger = this.#context.deps().ledger(spec?.tenant_id ?? "");
    if (spec !== null && ledger !== null) {
      await ledger.setTreeCap(spec.task_id, capOf(state), end !== null);
    }
    this.#told = report;
  }

  forget(): void {
    this.#told = null;
  }
}

function reportOf(state: RunState): string {
  return `${capOf(state)} ${state.end !== null}`;
}
