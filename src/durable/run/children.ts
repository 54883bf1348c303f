/**
 * The tasks that a run starts: it submits them, asks them whether they have ended, and its outbox
 * cancels those that it does not need any more, until they acknowledge.
 */
import type { Children, EndedTask, Submitted } from "../../agent/loop/effects.ts";
import { isTerminal, type RunView } from "../../run/decide/view.ts";
import type { RunState } from "../../run/log/state.ts";
import { DEFAULT_MAX_DESCENDANTS } from "../../run/spec/child.ts";
import type { TaskOrder } from "../../run/spec/task-order.ts";
import { isToolFailure, ToolStop } from "../../run/value/failure.ts";
import { inParallel } from "../../run/value/in-parallel.ts";
import { isJsonObject } from "../../run/value/json.ts";
import { specOf } from "../../store/tasks/rows.ts";
import type { RunContext } from "./context.ts";
import type { OutboxStep } from "./outbox/outbox.ts";
import { capOf } from "./tree-cap.ts";
import { hasTable } from "./storage/schema.ts";

/** Tasks submitted, asked or cancelled at a time. */
const WIDTH = 6;

type ChildrenContext = Pick<RunContext, "log" | "deps" | "observer" | "storage">;

/** The children of one run. */
export class RunChildren implements Children, OutboxStep {
  readonly #context: ChildrenContext;
  /** Children that acknowledged their cancellation in this process. */
  readonly #cancelled = new Set<string>();
  /** Whether an earlier process has cancelled all children of a run that has ended; null: not read. */
  #isDone: boolean | null = null;

  constructor(context: ChildrenContext) {
    this.#context = context;
  }

  async submit(orders: readonly TaskOrder[]): Promise<readonly Submitted[]> {
    const { deps, observer } = this.#context;
    try {
      const refused = new Set(await this.#adopt(orders));
      return await inParallel(orders, WIDTH, async (order): Promise<Submitted> => {
        if (refused.has(order.task_id)) {
          const most =
            this.#context.log.state.spec?.limits.max_descendants ?? DEFAULT_MAX_DESCENDANTS;
          const message = `There may be at most ${most} tasks below the first one (max_descendants).`;
          return { ok: false, code: "limit_reached", message };
        }
        try {
          return await deps().submitOrder(order);
        } catch (error) {
          return this.#again(error);
        }
      });
    } catch (error) {
      observer.fault("run.ledger", error);
      return orders.map(() => this.#again(error));
    }
  }

  async ended(taskIds: readonly string[]): Promise<readonly EndedTask[]> {
    const answers = await inParallel(taskIds, WIDTH, (id) => this.#endOf(id));
    return answers.filter((answer) => answer !== null);
  }

  async tell(taskId: string, content: string): Promise<void> {
    const { spec } = this.#context.log.state;
    const by = spec?.task_id ?? "";
    const answer = await this.#stub(taskId)?.command(
      JSON.stringify({ kind: "message", content, data: null, by }),
    );
    if (answer?.ok === false) {
      const { code, message } = answer;
      throw new ToolStop(isToolFailure(code) ? code : "tool_error", message, { unsent: true });
    }
  }

  get behind(): boolean {
    return this.#unneeded().length > 0;
  }

  async flush(): Promise<void> {
    const ids = this.#unneeded();
    await inParallel(ids, WIDTH, async (id) => {
      await this.#cancel(id);
      this.#cancelled.add(id);
    });
    const { state } = this.#context.log;
    if (state.end !== null && ids.length > 0) {
      this.#markDone();
    }
  }

  forget(): void {
    this.#cancelled.clear();
  }

  /** Returns the children to cancel. */
  #unneeded(): string[] {
    const { state } = this.#context.log;
    const ids = unneededChildren(state).filter((id) => !this.#cancelled.has(id));
    if (ids.length === 0 || state.end === null) {
      return ids;
    }
    this.#isDone ??= hasTable(this.#context.storage.sql, "children_cancelled");
    return this.#isDone ? [] : ids;
  }

  /** Creates the mark only for runs that need it: a table in every object would cost rows in each. */
  #markDone(): void {
    this.#context.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS children_cancelled (id INTEGER PRIMARY KEY) STRICT",
    );
    this.#isDone = true;
  }

  /** Counts new tasks in the ledger. Returns those beyond the limit of their tree. */
  async #adopt(orders: readonly TaskOrder[]): Promise<readonly string[]> {
    const { log, deps } = this.#context;
    const { spec } = log.state;
    const ledger = deps().ledger(spec?.tenant_id ?? "");
    if (spec === null || ledger === null) {
      return [];
    }
    return ledger.adopt({
      task_id: spec.task_id,
      path: [...(spec.parent?.path ?? []), spec.task_id],
      cap: capOf(log.state),
      spent: log.state.usage.cost_micro_usd,
      children: orders.map(({ task_id }) => task_id),
      max_descendants: spec.limits.max_descendants ?? DEFAULT_MAX_DESCENDANTS,
    });
  }

  #again(error: unknown): Submitted {
    this.#context.observer.fault("run.submit", error);
    return { ok: "retry", message: "The task could not be submitted; it is submitted again." };
  }

  async #endOf(taskId: string): Promise<EndedTask | null> {
    const { log, deps, observer } = this.#context;
    const { spec } = log.state;
    try {
      const row = await deps().tasks.get(spec?.tenant_id ?? "", taskId);
      if (row === null) {
        // It was deleted: its end is not known any more.
        return { kind: "child", task_id: taskId, report: { kind: "ended", status: "cancelled" } };
      }
      const view = JSON.parse((await this.#stub(taskId)?.view()) ?? "null") as RunView | null;
      const { status } = view ?? row;
      if (!isTerminal(status) && !isTerminal(row.status)) {
        return null;
      }
      const { result, error } = isTerminal(status) && view !== null ? view : row;
      const answer = isJsonObject(result) ? result["answer"] : null;
      const data = isJsonObject(result) ? result["data"] : undefined;
      return {
        kind: "child",
        task_id: taskId,
        report: {
          kind: "ended",
          status:
            error !== null ? "failed" : typeof answer === "string" ? "completed" : "cancelled",
          ...(typeof answer === "string" ? { answer } : {}),
          ...(data === undefined ? {} : { data }),
          ...(error === null ? {} : { code: error.code, message: error.message }),
          // Whether it read untrusted content is not in its view.
          untrusted: true,
        },
      };
    } catch (error) {
      observer.fault("run.child", error);
      return null;
    }
  }

  async #cancel(taskId: string): Promise<void> {
    const { log, deps } = this.#context;
    const { spec, end } = log.state;
    const child = this.#stub(taskId);
    if (spec === null || child === null) {
      return;
    }
    const reason =
      end === null ? "The parent task needs it no longer." : "The parent task has ended.";
    const answer = await child.command(
      JSON.stringify({ kind: "cancel", reason, by: spec.task_id }),
    );
    if (!answer.ok && answer.code === "not_started") {
      const row = await deps().tasks.get(spec.tenant_id, taskId);
      // Without a row it was never submitted. Should that still happen, it asks before it works.
      if (row !== null && !isTerminal(row.status)) {
        await child.cancel(JSON.stringify(specOf(row)), { reason, by: spec.task_id });
      }
    }
  }

  #stub(taskId: string) {
    return this.#context.deps().run(this.#context.log.state.spec?.tenant_id ?? "", taskId);
  }
}

/** Returns the children that are to be cancelled. */
export function unneededChildren({ children, end }: RunState): string[] {
  return Object.entries(children).flatMap(([id, child]) =>
    child.end === null && (child.unwanted || (end !== null && child.onEnd === "cancel"))
      ? [id]
      : [],
  );
}

/** Returns whether a run wants a task that asks; see `RunRpc.wantsChild`. */
export function wantsChild(
  { seq, children, end }: RunState,
  taskId: string,
  onEnd: "cancel" | "continue",
): boolean {
  const child = children[taskId];
  if (seq === 0 || child === undefined) {
    // Its log was deleted, or it has forgotten a task that has ended.
    return onEnd === "continue";
  }
  return !child.unwanted && child.end === null && (end === null || child.onEnd === "continue");
}
