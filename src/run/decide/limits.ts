/**
 * The caps of a run, checked before the work that they bound is begun: which one is met, and what
 * follows. Tokens make a run wait for budget, with its work kept; the others end it with a code;
 * `on_reached` makes all of them do the same.
 */
import type { NewEvent } from "../log/event.ts";
import { runFailure } from "../value/failure.ts";
import type { RunLimits } from "../spec/spec.ts";
import { activeTime, type RunState } from "../log/state.ts";
import { isToBePrepared } from "./turn.ts";

export type Cap = Exclude<keyof RunLimits, "on_reached" | "max_repeats">;

/** Every limit of a run, and what a client may set it to. */
export const LIMIT_NAMES: readonly (keyof RunLimits)[] = [
  "max_steps",
  "max_tool_calls",
  "max_duration_s",
  "max_tokens",
  "max_cost_usd",
  "max_repeats",
  "on_reached",
];

/** Whether a name is that of a limit of the run itself, and not of a budget above it. */
export function isOwnLimit(name: string | null): boolean {
  return LIMIT_NAMES.some((limit) => limit === name);
}

/** Caps that make a run wait unless its limits say otherwise: raising them is a matter of money. */
const WAITING: ReadonlySet<Cap> = new Set<Cap>(["max_tokens", "max_cost_usd"]);

/** A cap that is met, with its value. */
export interface Met {
  readonly limit: Cap;
  readonly value: number;
}

/** The cap that stands in the way of what the run would do next, or null. */
export function capMet(state: RunState, now: number): Met | null {
  return (
    durationMet(state, now) ??
    (state.turn === null
      ? askingMet(state)
      : toolCallsMet(state, state.turn.calls.filter(isToBePrepared).length))
  );
}

/** The duration, if it is used up. */
export function durationMet(state: RunState, now: number): Met | null {
  const cap = state.spec?.limits.max_duration_s;
  return cap !== undefined && activeTime(state, now) >= cap * 1000
    ? { limit: "max_duration_s", value: cap }
    : null;
}

/** The moment at which the run's time will be up if it stays active. Milliseconds. */
export function deadline(state: RunState, now: number): number {
  const cap = state.spec?.limits.max_duration_s ?? Number.POSITIVE_INFINITY;
  return now + Math.max(0, cap * 1000 - activeTime(state, now));
}

/** The cap that forbids the next attempt of a model call, or null. */
export function askingMet(state: RunState): Met | null {
  const { max_steps, max_tokens, max_cost_usd } = state.spec?.limits ?? {};
  const { steps, input_tokens, output_tokens, cost_micro_usd } = state.usage;
  if (state.model === null && max_steps !== undefined && steps >= max_steps) {
    return { limit: "max_steps", value: max_steps };
  }
  if (max_tokens !== undefined && input_tokens + output_tokens >= max_tokens) {
    return { limit: "max_tokens", value: max_tokens };
  }
  // What the next call may cost is looked at where it is known; here, what is gone already.
  return max_cost_usd !== undefined && cost_micro_usd > microUsd(max_cost_usd)
    ? { limit: "max_cost_usd", value: max_cost_usd }
    : null;
}

/** What the run may still spend of its own cap, micro-dollars. */
export function moneyLeft(state: RunState): number {
  const cap = state.spec?.limits.max_cost_usd;
  return cap === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(0, microUsd(cap) - state.usage.cost_micro_usd);
}

/** Dollars as whole micro-dollars: a cap is never rounded up. */
export function microUsd(dollars: number): number {
  return Math.floor(dollars * 1_000_000 + 1e-6);
}

/** The cap that forbids `more` tool calls, or null. */
export function toolCallsMet(state: RunState, more: number): Met | null {
  const cap = state.spec?.limits.max_tool_calls;
  return cap !== undefined && more > 0 && state.usage.tool_calls + more > cap
    ? { limit: "max_tool_calls", value: cap }
    : null;
}

/** What follows when a cap is met: the run waits for a higher one, or ends. */
export function whenMet(state: RunState, { limit, value }: Met): NewEvent[] {
  const reached: NewEvent = { type: "limit.reached", data: { limit, value } };
  const policy = state.spec?.limits.on_reached ?? (WAITING.has(limit) ? "wait" : "fail");
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

/** What follows where the run goes in circles: the model is told once, and then the run ends. */
export function whenLooping(state: RunState): NewEvent[] {
  const most = state.spec?.limits.max_repeats ?? Number.POSITIVE_INFINITY;
  const { count, period, nudged } = state.repeats;
  const found = (action: "nudge" | "stop"): NewEvent => ({
    type: "loop.detected",
    data: { period, repeats: count, tools: lastTools(state, period), action },
  });
  if (count >= most) {
    const message = `The same tool calls were made ${count} times, one after the other.`;
    const details = { repeats: count, period };
    return [
      found("stop"),
      { type: "run.failed", data: { ...runFailure("loop_detected", message), details } },
    ];
  }
  return count >= Math.ceil(most / 2) && !nudged ? [found("nudge")] : [];
}

/** The names of the tools in the last turns. */
function lastTools(state: RunState, turns: number): string[] {
  const calls = state.conversation.recent.flatMap((turn) =>
    turn.role === "assistant" && turn.tool_calls.length > 0 ? [turn.tool_calls] : [],
  );
  return [...new Set(calls.slice(-turns).flatMap((turn) => turn.map((call) => call.name)))];
}
