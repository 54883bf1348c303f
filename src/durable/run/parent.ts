/**
 * What a run has with the task that started it: it asks first whether it is still wanted, and its
 * outbox tells it that the run waits for a person or has ended, until that is acknowledged. Nothing is
 * persisted: a new process tells it again, which changes nothing.
 */
import type { Parent } from "../../agent/loop/effects.ts";
import type { ChildReport } from "../../run/decide/command.ts";
import type { RunState } from "../../run/log/state.ts";
import { defined } from "../../run/value/defined.ts";
import type { RunContext } from "./context.ts";
import type { OutboxStep } from "./outbox/outbox.ts";

/** Waits for people, which the parent notes. */
const TOLD_WAITS: ReadonlySet<string> = new Set(["approval", "input", "budget"]);

/** The parent of one run. */
export class RunParent implements Parent, OutboxStep {
  asked = false;
  readonly #context: Pick<RunContext, "log" | "deps" | "observer">;
  /** `statusSeq` of the newest report that the parent acknowledged. */
  #toldSeq = 0;

  constructor(context: Pick<RunContext, "log" | "deps" | "observer">) {
    this.#context = context;
  }

  async wants(): Promise<boolean> {
    const { spec } = this.#context.log.state;
    const parent = this.#stub();
    this.asked = true;
    if (parent === null || spec?.parent === undefined) {
      return true;
    }
    try {
      return await parent.wantsChild(spec.task_id, spec.parent.on_end);
    } catch (error) {
      // The parent cancels its tasks itself once it works again.
      this.#context.observer.fault("run.parent", error);
      return true;
    }
  }

  get behind(): boolean {
    const { state } = this.#context.log;
    return (
      state.spec?.parent !== undefined &&
      state.statusSeq > this.#toldSeq &&
      reportOf(state) !== null
    );
  }

  async flush(): Promise<void> {
    const { state } = this.#context.log;
    const { spec, statusSeq } = state;
    const report = reportOf(state);
    if (spec !== null && report !== null) {
      // A refusal is an acknowledgement: the parent is gone.
      await this.#stub()?.command(JSON.stringify({ kind: "child", task_id: spec.task_id, report }));
    }
    this.#toldSeq = Math.max(this.#toldSeq, statusSeq);
  }

  forget(): void {
    this.#toldSeq = 0;
  }

  #stub() {
    const { spec } = this.#context.log.state;
    return spec?.parent === undefined
      ? null
      : this.#context.deps().run(spec.tenant_id, spec.parent.task_id);
  }
}

/** Returns what a run reports to its parent; null if there is nothing to report. */
function reportOf(state: RunState): ChildReport | null {
  const { end, wait, usage, untrusted } = state;
  if (end === null) {
    return wait !== null && TOLD_WAITS.has(wait.for)
      ? {
          kind: "waiting",
          for: wait.for,
          ...defined({ call_id: wait.call_id ?? undefined, limit: wait.limit ?? undefined }),
        }
      : null;
  }
  const common = {
    kind: "ended",
    status: end.status,
    cost_micro_usd: usage.cost_micro_usd,
    ...(untrusted === null ? {} : { untrusted: true }),
  } as const;
  switch (end.status) {
    case "completed":
      return { ...common, ...end.result };
    case "failed":
      return { ...common, code: end.error.code, message: end.error.message };
    case "cancelled":
      return common;
    default:
      return end satisfies never;
  }
}
