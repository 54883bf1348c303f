/**
 * The loop of a run: plan a step, write its events, perform its job, pass the outcomes to the next
 * step. It owns the order (intent, effect, outcome) and nothing else: `run/` decides what to do,
 * and ports do it.
 */
import type { NewEvent } from "../../run/log/event.ts";
import { runFailure } from "../../run/value/failure.ts";
import type { Planner } from "../../run/decide/planner.ts";
import type { Effects, ReserveAnswer, RunTools, SlotRefusal, StepContext } from "./effects.ts";
import { askParent, checkTasks, startTasks } from "./children.ts";
import { atGate, sendModelCall } from "./gated-call.ts";
import { RunningBody } from "./running-body.ts";
import { NO_PASSES, planStep, type Passes } from "./step.ts";
import { callTools } from "./tool-calls.ts";
import { Watchdog } from "./watchdog.ts";

/** Minimum wait after a budget refused a reservation, milliseconds. */
const MIN_WAIT_MS = 5_000;

/** Why a slice ended. */
export type SliceEnd =
  | { readonly kind: "over" }
  | { readonly kind: "rest"; readonly until: number | null }
  /** The slice may not write: the run was cancelled, or another slice has taken over. */
  | { readonly kind: "fenced" };

/**
 * Runs until the run ends or must wait. The first append happens before the first await, so a
 * caller's own writes and the slice's first intent are one transaction.
 * @param opening events that come first: the run's creation, or a recovery
 * @throws only what the log and the storage of files throw; failures of models and tools are outcomes
 */
export async function runSlice(
  opening: readonly NewEvent[],
  planner: Planner,
  tools: RunTools,
  effects: Effects,
): Promise<SliceEnd> {
  const watchdog = new Watchdog(() => effects.clock.now());
  try {
    return await steps(opening, { planner, tools, effects, watchdog, body: new RunningBody() });
  } finally {
    watchdog.close();
  }
}

async function steps(opening: readonly NewEvent[], context: StepContext): Promise<SliceEnd> {
  const { effects, tools } = context;
  let outcomes = opening;
  let passes: Passes = NO_PASSES;
  for (;;) {
    const before = effects.log.state();
    if (before === null) {
      return { kind: "fenced" };
    }
    const step = planStep(before, outcomes, context, effects.clock.now(), passes);
    if (step.events.length > 0) {
      effects.log.append(step.events, step.folded);
    }
    const state = effects.log.state() ?? before;
    switch (step.job.kind) {
      case "model":
        passes = NO_PASSES;
        outcomes = await sendModelCall(step.job, state, context);
        break;
      case "gate": {
        const refused = await atGate(step.job, state, context);
        passes = { grant: null, gate: refused.length === 0 ? step.job.call : null };
        outcomes = refused;
        break;
      }
      case "reserve": {
        const answer = await effects.budgets.reserve(step.job.need);
        const grant = answer.ok
          ? { ...step.job.call, sum: answer.sum, capped: answer.capped }
          : null;
        passes = { ...passes, grant };
        outcomes = answer.ok ? [] : waitForBudget(answer, effects.clock.now());
        break;
      }
      case "slot": {
        const refusal = await effects.slot.take();
        outcomes = refusal === null ? [] : waitForSlot(refusal);
        break;
      }
      case "spawn":
        outcomes = await startTasks(step.job.calls, state, effects);
        break;
      case "check":
        outcomes = await checkTasks(step.job.tasks, state, effects);
        break;
      case "parent":
        outcomes = await askParent(state, effects);
        break;
      case "files":
        outcomes = await loadFiles(tools);
        break;
      case "recall":
        outcomes = await tools.recall(state);
        break;
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

/**
 * Loads the files of the run. Returns the end of a run whose file does not exist.
 * @throws what the storage throws: the slice is tried again later
 */
async function loadFiles({ files }: RunTools): Promise<NewEvent[]> {
  const missing = (await files?.load()) ?? null;
  return missing === null
    ? []
    : [{ type: "run.failed", data: runFailure("attachment_missing", missingText(missing.name)) }];
}

function missingText(name: string): string {
  return `The content of the file ${name} does not exist any more.`;
}

/** Returns the wait for a slot while other runs occupy them. */
function waitForSlot({ limit, until }: SlotRefusal): NewEvent[] {
  return [{ type: "run.waiting", data: { for: "concurrency", limit, until } }];
}

/**
 * Returns the wait for a budget above the run that has too little left. The run's work is
 * preserved.
 */
function waitForBudget(
  { limit, cap_usd, until, task_id }: Extract<ReserveAnswer, { ok: false }>,
  now: number,
): NewEvent[] {
  // Clocks may differ: a wait that ends at once would repeat the request at once.
  const later = new Date(Math.max(Date.parse(until), now + MIN_WAIT_MS)).toISOString();
  return [
    { type: "limit.reached", data: { limit, value: cap_usd } },
    {
      type: "run.waiting",
      data: { for: "budget", limit, until: later, ...(task_id === undefined ? {} : { task_id }) },
    },
  ];
}
