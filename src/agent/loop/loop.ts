/**
 * The loop of a run: plan a step, write its events, perform its job, take the outcomes to the next
 * step. It owns the order of things (intent, effect, outcome) and nothing else: what to do is
 * decided in `run/`, how it is done lies behind ports.
 */
import type { NewEvent } from "../../run/log/event.ts";
import type { Planner } from "../../run/decide/planner.ts";
import type { Effects, ReserveAnswer, RunTools, SlotRefusal, StepContext } from "./effects.ts";
import { callModel } from "./model-call.ts";
import { planStep, type Grant } from "./step.ts";
import { callTools } from "./tool-calls.ts";
import { Watchdog } from "./watchdog.ts";

/** Shortest wait for a budget that refused. */
const LEAST_WAIT_MS = 5_000;

/** Why a slice came to its end. */
export type SliceEnd =
  | { readonly kind: "over" }
  | { readonly kind: "rest"; readonly until: number | null }
  /** The log refused a write: the run was cancelled, or another slice has it. */
  | { readonly kind: "fenced" };

/**
 * Runs until nothing can be done now. The first append happens before the first await, so a
 * caller's own writes and the slice's first intent are one transaction.
 * @param opening events that come before anything else: the run's creation, or a recovery
 * @throws only what the log throws; failing models and tools are outcomes
 */
export async function runSlice(
  opening: readonly NewEvent[],
  planner: Planner,
  tools: RunTools,
  effects: Effects,
): Promise<SliceEnd> {
  const watchdog = new Watchdog(() => effects.clock.now());
  try {
    return await steps(opening, { planner, tools, effects, watchdog });
  } finally {
    watchdog.close();
  }
}

async function steps(opening: readonly NewEvent[], context: StepContext): Promise<SliceEnd> {
  const { effects, tools } = context;
  let outcomes = opening;
  let grant: Grant | null = null;
  for (;;) {
    const before = effects.log.state();
    if (before === null) {
      return { kind: "fenced" };
    }
    const step = planStep(before, outcomes, context, effects.clock.now(), grant);
    grant = null;
    if (step.events.length > 0) {
      effects.log.append(step.events);
    }
    const state = effects.log.state() ?? before;
    switch (step.job.kind) {
      case "model":
        outcomes = await callModel(step.job, state, context);
        break;
      case "reserve": {
        const answer = await effects.budgets.reserve(step.job.need);
        grant = answer.ok ? { ...step.job.call, sum: answer.sum, capped: answer.capped } : null;
        outcomes = answer.ok ? [] : refusedBy(answer, effects.clock.now());
        break;
      }
      case "slot": {
        const refusal = await effects.slot.take();
        outcomes = refusal === null ? [] : waitsForSlot(refusal);
        break;
      }
      case "list":
        outcomes = await tools.listServers(step.job.servers, state, effects.signal);
        break;
      case "tools":
        outcomes = await callTools(step.job.calls, state, context);
        break;
      default:
        return step.job;
    }
  }
}

/** Others work: the run waits for its slot. */
function waitsForSlot({ limit, until }: SlotRefusal): NewEvent[] {
  return [{ type: "run.waiting", data: { for: "concurrency", limit, until } }];
}

/** A budget above the run has not enough left: the run waits for it, with its work kept. */
function refusedBy(
  { limit, cap_usd, until }: Extract<ReserveAnswer, { ok: false }>,
  now: number,
): NewEvent[] {
  // Two clocks may differ: a wait that is over at once would ask again at once.
  const later = new Date(Math.max(Date.parse(until), now + LEAST_WAIT_MS)).toISOString();
  return [
    { type: "limit.reached", data: { limit, value: cap_usd } },
    { type: "run.waiting", data: { for: "budget", limit, until: later } },
  ];
}
