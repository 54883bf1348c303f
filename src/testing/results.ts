/** What a simulated run was, from its log: effects, waits, cost. Pure. */
import { viewOf } from "../run/decide/view.ts";
import type { RunEvent } from "../run/log/event.ts";
import type { RunState } from "../run/log/state.ts";
import type {
  Cost,
  SimulatedEvent,
  SimulatedWait,
  SimulateOptions,
  ToolCallEffect,
} from "./contract.ts";
import type { Executions } from "./tools.ts";

/** Returns each tool call of a log with its outcome, and how often it ran. */
export function effectsOf(
  events: readonly RunEvent[],
  executions: ReadonlyMap<string, Executions>,
): readonly ToolCallEffect[] {
  const calls = new Map<string, ToolCallEffect>();
  const settle = (callId: string, outcome: Pick<ToolCallEffect, "outcome" | "error">): void => {
    const call = calls.get(callId);
    if (call !== undefined) {
      calls.set(callId, { ...call, ...outcome });
    }
  };
  for (const event of events) {
    switch (event.type) {
      case "tool.requested": {
        const { call_id, name: tool, arguments: args, effect } = event.data;
        const { runs, probes } = executions.get(call_id) ?? { runs: 0, probes: 0 };
        const outcome = "open";
        calls.set(call_id, { call_id, tool, arguments: args, effect, runs, probes, outcome });
        break;
      }
      case "tool.completed":
        settle(event.data.call_id, { outcome: "completed" });
        break;
      case "tool.failed":
        settle(event.data.call_id, { outcome: "failed", error: event.data.code });
        break;
      case "tool.outcome_unknown":
        settle(event.data.call_id, { outcome: "unknown" });
        break;
      default:
    }
  }
  return [...calls.values()];
}

/** Returns the waits of a log, in order. */
export function waitsOf(events: readonly RunEvent[]): readonly SimulatedWait[] {
  const waits: SimulatedWait[] = [];
  let open: { readonly at: string; readonly wait: Omit<SimulatedWait, "seconds"> } | null = null;
  const close = (at: string | null): void => {
    if (open !== null) {
      const seconds = at === null ? null : (Date.parse(at) - Date.parse(open.at)) / 1000;
      waits.push({ ...open.wait, seconds });
      open = null;
    }
  };
  for (const { type, at, data } of events) {
    if (type === "run.waiting") {
      close(at);
      const { for: reason, call_id, until } = data;
      open = {
        at,
        wait: {
          for: reason,
          since: at,
          ...(call_id === undefined ? {} : { call_id }),
          ...(until === undefined ? {} : { until }),
        },
      };
    } else if (type === "run.resumed" || ENDS.has(type)) {
      close(at);
    }
  }
  close(null);
  return waits;
}

const ENDS: ReadonlySet<string> = new Set(["run.completed", "run.failed", "run.cancelled"]);

/** Returns what a run consumed. */
export function costOf(state: RunState): Cost {
  const { cost_usd: usd, ...usage } = viewOf(state).usage;
  return { usd, ...usage };
}

/** Returns the world of a simulation. */
export function worldOf<W>({ world }: SimulateOptions<W>): W {
  // Without `world`, W is undefined by its default.
  return world === undefined ? (undefined as W) : world();
}

/** Returns a copy of an event, in the form of the public types. */
export function eventOf(event: RunEvent): SimulatedEvent {
  return JSON.parse(JSON.stringify(event)) as SimulatedEvent;
}
