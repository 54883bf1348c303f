/** The public view of a run's state: the part of a task that the log determines. */
import { dueAt } from "./due.ts";
import { waitingOf, type Waiting } from "./questions.ts";
import type { JsonValue } from "../value/json.ts";
import type { WaitName } from "../log/event-data.ts";
import type { RunLimits } from "../spec/spec.ts";
import type { FailureCount } from "../log/failure-count.ts";
import type { RunState, TaskStatus, UsageEntry } from "../log/state.ts";

/** The view of a run. Times are RFC 3339; `cost_usd` is in dollars. */
export interface RunView {
  readonly status: TaskStatus;
  readonly waiting_for: WaitName | null;
  /** When the wait ends without a command, if it does. */
  readonly waiting_until: string | null;
  /** What the run waits for; null if it does not wait. */
  readonly waiting: Waiting | null;
  /** Current limits; null before the run has a log. */
  readonly limits: RunLimits | null;
  readonly result: JsonValue;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: JsonValue;
  } | null;
  readonly usage: {
    readonly steps: number;
    readonly model_calls: number;
    readonly tool_calls: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cost_usd: number;
  };
  /** Usage by day and model, for D1 only. */
  readonly ledger: readonly UsageEntry[];
  /** What went wrong and was survived, for D1 only: totals since the run began. */
  readonly incidents: {
    readonly recoveries: number;
    readonly failures: readonly FailureCount[];
  };
  readonly last_seq: number;
  readonly updated_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

/** Returns the view of a run. A run without a log looks like a pending task. */
export function viewOf(state: RunState): RunView {
  const { cost_micro_usd, ...usage } = state.usage;
  const end = state.end;
  return {
    status: state.status,
    waiting_for: state.wait?.for ?? null,
    waiting_until: isoOf(state.wait === null ? null : dueAt(state)),
    waiting: waitingOf(state),
    limits: state.spec?.limits ?? null,
    result: end?.status === "completed" ? end.result : null,
    error: end?.status === "failed" ? end.error : null,
    usage: { ...usage, cost_usd: cost_micro_usd / 1_000_000 },
    ledger: state.ledger,
    incidents: { recoveries: state.recoveries, failures: state.failures },
    last_seq: state.seq,
    updated_at: isoOf(state.seq === 0 ? null : state.at),
    started_at: isoOf(state.startedAt),
    completed_at: isoOf(state.endedAt),
  };
}

/** Returns whether a status is final. */
export function isTerminal(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/**
 * Returns whether a status is final or a named wait: nothing happens before a command or a due
 * time.
 */
export function isSettled(status: TaskStatus): boolean {
  return status === "waiting" || isTerminal(status);
}

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
