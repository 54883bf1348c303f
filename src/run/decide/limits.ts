/**
 * The limits of a run, checked before the work that they bound: which limit is reached, and what
 * happens then. By default, tokens and cost make the run wait for budget and preserve its work;
 * other limits end it with a code. `on_reached` overrides this for all of them.
 */
import type { NewEvent } from "../log/event.ts";
import { runFailure } from "../value/failure.ts";
import type { RunLimits } from "../spec/spec.ts";
import { activeTime, type RunState } from "../log/state.ts";
import { needsPreparation } from "./turn.ts";

/** A limit that bounds work by an amount. */
export type AmountLimit = Exclude<keyof RunLimits, "on_reached" | "max_repeats" | TreeLimit>;

/** A limit on the tasks below a run. A call that would exceed it fails, and the run continues. */
export type TreeLimit = "max_children" | "max_depth" | "max_descendants";

/** Every limit of a run that a client may set. */
export const LIMIT_NAMES: readonly (keyof RunLimits)[] = [
  "max_steps",
  "max_tool_calls",
  "max_duration_s",
  "max_tokens",
  "max_cost_usd",
  "max_repeats",
  "max_children",
  "max_depth",
  "max_descendants",
  "on_reached",
];

/** Returns whether a name is a limit of the run itself, not of a budget above it. */
export function isOwnLimit(name: string | null): boolean {
  return LIMIT_NAMES.some((limit) => limit === name);
}

/** Limits that make a run wait by default: raising them is a decision about money. */
const WAIT_BY_DEFAULT: ReadonlySet<AmountLimit> = new Set<AmountLimit>([
  "max_tokens",
  "max_cost_usd",
]);

/** A reached limit and its value. */
export interface ReachedLimit {
  readonly limit: AmountLimit;
  readonly value: number;
}

/**
 * Returns the limit that blocks the next work of the run, or null.
 * @param now milliseconds since the epoch
 */
export function reachedLimit(state: RunState, now: number): ReachedLimit | null {
  return (
    reachedDuration(state, now) ??
    (state.turn === null
      ? reachedByModelCall(state)
      : reachedByToolCalls(state, state.turn.calls.filter(needsPreparation).length))
  );
}

/** Returns `max_duration_s` if it is reached, else null. */
export function reachedDuration(state: RunState, now: number): ReachedLimit | null {
  const limit = state.spec?.limits.max_duration_s;
  return limit !== undefined && activeTime(state, now) >= limit * 1000
    ? { limit: "max_duration_s", value: limit }
    : null;
}

/**
 * Returns when the run reaches `max_duration_s` if it stays active, in milliseconds since the
 * epoch.
 */
export function deadline(state: RunState, now: number): number {
  const limit = state.spec?.limits.max_duration_s ?? Number.POSITIVE_INFINITY;
  return now + Math.max(0, limit * 1000 - activeTime(state, now));
}

/** Returns the limit that blocks the next attempt of a model call, or null. */
export function reachedByModelCall(state: RunState): ReachedLimit | null {
  const { max_tokens, max_cost_usd } = state.spec?.limits ?? {};
  const { input_tokens, output_tokens, cost_micro_usd } = state.usage;
  const full = state.model === null ? reachedBySteps(state) : null;
  if (full !== null) {
    return full;
  }
  if (max_tokens !== undefined && input_tokens + output_tokens >= max_tokens) {
    return { limit: "max_tokens", value: max_tokens };
  }
  // The cost of the next call is checked when it is reserved; this checks past cost.
  return max_cost_usd !== undefined && cost_micro_usd > microUsd(max_cost_usd)
    ? { limit: "max_cost_usd", value: max_cost_usd }
    : null;
}

/** Returns `max_steps` if it blocks the next step, else null. */
export function reachedBySteps({ spec, usage }: RunState): ReachedLimit | null {
  const limit = spec?.limits.max_steps;
  return limit !== undefined && usage.steps >= limit ? { limit: "max_steps", value: limit } : null;
}

/** Returns the tokens that the run may still use under its own limit. */
export function tokensLeft(state: RunState): number {
  const limit = state.spec?.limits.max_tokens ?? Number.POSITIVE_INFINITY;
  return limit - state.usage.input_tokens - state.usage.output_tokens;
}

/** Returns what the run may still spend under its own limit, in micro-dollars. */
export function moneyLeft(state: RunState): number {
  const limit = state.spec?.limits.max_cost_usd;
  return limit === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(0, microUsd(limit) - state.usage.cost_micro_usd);
}

/** Returns dollars as whole micro-dollars. Limits are never rounded up. */
export function microUsd(dollars: number): number {
  return Math.floor(dollars * 1_000_000 + 1e-6);
}

/** Returns the limit that blocks `more` tool calls, or null. */
export function reachedByToolCalls(state: RunState, more: number): ReachedLimit | null {
  const limit = state.spec?.limits.max_tool_calls;
  return limit !== undefined && more > 0 && state.usage.tool_calls + more > limit
    ? { limit: "max_tool_calls", value: limit }
    : null;
}

/** Returns the events for a reached limit: the run waits for a higher limit, or fails. */
export function onLimitReached(state: RunState, { limit, value }: ReachedLimit): NewEvent[] {
  const reached: NewEvent = { type: "limit.reached", data: { limit, value } };
  const policy = state.spec?.limits.on_reached ?? (WAIT_BY_DEFAULT.has(limit) ? "wait" : "fail");
  return policy === "wait"
    ? [reached, { type: "run.waiting", data: { for: "budget", limit } }]
    : [
        reached,
        {
          type: "run.failed",
          data: {
            ...runFailure("limit_reached", `The run reached its limit ${limit} = ${value}.`),
            details: { limit, value },
          },
        },
      ];
}

/** Returns the events for a loop: one warning to the model, later the end of the run; else none. */
export function onLoop(state: RunState): NewEvent[] {
  const most = state.spec?.limits.max_repeats ?? Number.POSITIVE_INFINITY;
  const { count, period, nudged } = state.repeats;
  const found = (action: "nudge" | "stop"): NewEvent => ({
    type: "loop.detected",
    data: { period, repeats: count, tools: lastTools(state, period), action },
  });
  if (count >= most) {
    const message = `The same tool calls were made ${count} times in a row.`;
    const details = { repeats: count, period };
    return [
      found("stop"),
      { type: "run.failed", data: { ...runFailure("loop_detected", message), details } },
    ];
  }
  return count >= Math.ceil(most / 2) && !nudged ? [found("nudge")] : [];
}

/** Returns the names of the tools called in the last turns. */
function lastTools(state: RunState, turns: number): string[] {
  const calls = state.conversation.recent.flatMap((turn) =>
    turn.role === "assistant" && turn.tool_calls.length > 0 ? [turn.tool_calls] : [],
  );
  return [...new Set(calls.slice(-turns).flatMap((turn) => turn.map((call) => call.name)))];
}
