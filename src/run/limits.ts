/** The caps of a run, checked before a step is begun; which cap, and what ends with it. */
import type { NewEvent } from "./event.ts";
import { runFailure } from "./failure.ts";
import { activeTime, type RunState } from "./state.ts";

/** The events that end a run whose time is up, or null while it has time. */
export function durationReached(state: RunState, now: number): NewEvent[] | null {
  const cap = state.spec?.limits.max_duration_s;
  return cap !== undefined && activeTime(state, now) >= cap * 1000
    ? limitReached("max_duration_s", cap)
    : null;
}

/** The moment at which the run's time will be up if it stays active. Milliseconds. */
export function deadline(state: RunState, now: number): number {
  const cap = state.spec?.limits.max_duration_s ?? Number.POSITIVE_INFINITY;
  return now + Math.max(0, cap * 1000 - activeTime(state, now));
}

/** The events that end a run which may not begin another step, or null. */
export function stepsReached(state: RunState): NewEvent[] | null {
  const cap = state.spec?.limits.max_steps;
  return cap !== undefined && state.usage.steps >= cap ? limitReached("max_steps", cap) : null;
}

/** The events that end a run which may not make `more` tool calls, or null. */
export function toolCallsReached(state: RunState, more: number): NewEvent[] | null {
  const cap = state.spec?.limits.max_tool_calls;
  return cap !== undefined && state.usage.tool_calls + more > cap
    ? limitReached("max_tool_calls", cap)
    : null;
}

function limitReached(limit: string, value: number): NewEvent[] {
  return [
    { type: "limit.reached", data: { limit, value } },
    {
      type: "run.failed",
      data: {
        ...runFailure("limit_reached", `The run reached its limit ${limit} = ${value}.`),
        details: { limit, value },
      },
    },
  ];
}
