/**
 * Plans one step. From the outcomes of the last job it derives the events to write now (outcomes
 * and next intents together, in one transaction) and the job to perform next. Pure.
 */
import { decide, type Action } from "../../run/decide/decide.ts";
import type { NewEvent } from "../../run/log/event.ts";
import { runFailure } from "../../run/value/failure.ts";
import { onLimitReached } from "../../run/decide/limits.ts";
import type { Price } from "../../run/spec/price.ts";
import { foldNew, type Folded } from "../../run/log/reduce.ts";
import { modelOf, type RunState, type TurnCall } from "../../run/log/state.ts";
import { compose, type Ask, type Composed } from "./context.ts";
import type { ModelRequest } from "../llm/client.ts";
import type { Effects, StepContext, TokenNeed } from "./effects.ts";
import {
  inputTokens,
  maxOutput,
  needOf,
  outputFor,
  outputWithinTokens,
  textChars,
  weigh,
  withinOwnLimit,
  type Need,
} from "./reserve.ts";
import { prepareCall } from "../tools/prepare.ts";

/** The work that a step needs from outside. */
export type Job =
  | {
      readonly kind: "model";
      readonly callId: string;
      readonly attempt: number;
      readonly purpose: "step" | "compact";
      readonly request: ModelRequest;
      readonly body: string;
      /** Whether the gate of its provider let it through. */
      readonly asked: boolean;
    }
  /** Reserve the maximum cost of the next attempt in the budgets above the run. */
  | { readonly kind: "reserve"; readonly call: AttemptName; readonly need: Need }
  /** Ask the provider's gate for the next attempt. */
  | {
      readonly kind: "gate";
      readonly call: AttemptName;
      readonly model: string;
      readonly need: TokenNeed;
    }
  /** Take one of the tenant's slots for the next attempt. */
  | { readonly kind: "slot" }
  | { readonly kind: "tools"; readonly calls: readonly TurnCall[] }
  | { readonly kind: "recall" }
  /** Load the content of the run's files. */
  | { readonly kind: "files" }
  | { readonly kind: "list"; readonly servers: readonly string[] }
  | { readonly kind: "spawn"; readonly calls: readonly TurnCall[] }
  | { readonly kind: "check"; readonly tasks: readonly string[] }
  /** Ask the parent whether it still wants this task. */
  | { readonly kind: "parent" }
  | { readonly kind: "rest"; readonly until: number | null }
  | { readonly kind: "over" };

/** Identifies an attempt that has not been made yet. */
export interface AttemptName {
  readonly call_id: string;
  readonly attempt: number;
}

/** The amount that the budgets above the run granted an attempt, micro-dollars. */
export interface Grant extends AttemptName {
  readonly sum: number;
  /** Whether any budget applies. */
  readonly capped: boolean;
}

/** What an attempt that has not been made yet was granted. */
export interface Passes {
  /** The reservation. */
  readonly grant: Grant | null;
  /** The attempt that the gate of its provider let through. */
  readonly gate: AttemptName | null;
}

/** Nothing was granted. */
export const NO_PASSES: Passes = { grant: null, gate: null };

/** Events to write in one transaction, and the job to perform next. */
export interface PlannedStep {
  readonly events: readonly NewEvent[];
  /** The fold of these events. */
  readonly folded: Folded;
  readonly job: Job;
}

/** The inputs of planning. Models and tools are described here, and called elsewhere. */
export type PlanContext = Pick<StepContext, "planner" | "tools" | "body"> & {
  readonly effects: {
    readonly budgets: Pick<Effects["budgets"], "active">;
    readonly slot: Pick<Effects["slot"], "held">;
    readonly gate: Pick<Effects["gate"], "asksFirst">;
    readonly parent: Pick<Effects["parent"], "asked">;
  };
};

/** The need of a call without a known price. */
const NOTHING: Need = { most: 0, least: 0 };

type AskAction = Extract<Action, { kind: "ask" }>;

/**
 * Plans the next step.
 * @param outcomes outcomes of the last job, not yet in the log
 * @param now time of the events, milliseconds since the epoch
 * @param passes what the next attempt was granted so far
 */
export function planStep(
  before: RunState,
  outcomes: readonly NewEvent[],
  context: PlanContext,
  now: number,
  passes: Passes = NO_PASSES,
): PlannedStep {
  const { planner, tools, effects } = context;
  const events: NewEvent[] = [...outcomes];
  let state = foldNew(before, outcomes, now);
  const write = (...facts: readonly NewEvent[]): void => {
    events.push(...facts);
    state = foldNew(state, facts, now);
  };
  const planned = (job: Job): PlannedStep => ({
    events,
    folded: { before, after: state, now },
    job,
  });
  for (;;) {
    const action = decide(state, planner, now);
    if (mustAskParent(state, action, effects.parent.asked)) {
      return planned({ kind: "parent" });
    }
    switch (action.kind) {
      case "record":
        write(...action.events);
        break;
      case "ask": {
        if (state.spec?.concurrency !== undefined && !effects.slot.held) {
          return planned({ kind: "slot" });
        }
        if (tools.files?.ready === false) {
          return planned({ kind: "files" });
        }
        const asked = planAsk(state, action, context, passes);
        write(...asked.events);
        if (asked.job !== null) {
          return planned(asked.job);
        }
        break;
      }
      case "prepare": {
        const { modelCallId } = action;
        const { spec } = state;
        if (spec === null) {
          throw new Error("a run without a spec has no calls");
        }
        const at = { taskId: spec.task_id, modelCallId, config: spec.config, now };
        for (const call of action.calls) {
          // One after the other: each call counts for the policy of the calls after it.
          const standing = { standing: state, run: state };
          write(prepareCall(call, tools.toolboxAt(state), { ...at, ...standing }));
        }
        break;
      }
      case "spawn":
      case "check":
      case "recall":
      case "list":
        return planned(action);
      case "perform":
        return planned({ kind: "tools", calls: action.calls });
      case "rest":
        return planned({ kind: "rest", until: action.until });
      case "over":
        return planned({ kind: "over" });
      default:
        action satisfies never;
    }
  }
}

/**
 * Returns whether a task asks its parent first: before its first work. The parent may have ended
 * while a process that was already replaced submitted the task.
 */
function mustAskParent({ spec, usage, turn }: RunState, { kind }: Action, asked: boolean): boolean {
  const isFirst = usage.model_calls === 0 && turn === null;
  return (
    spec?.parent !== undefined &&
    isFirst &&
    !asked &&
    kind !== "over" &&
    kind !== "rest" &&
    kind !== "record"
  );
}

interface PlannedAsk {
  readonly events: readonly NewEvent[];
  /** Null if a limit blocks the attempt: the events then say what happens. */
  readonly job: Job | null;
}

/** Plans the attempt of a model call: its request, its reservation and its intent. */
function planAsk(
  state: RunState,
  action: AskAction,
  { planner, tools, effects, body }: PlanContext,
  { grant, gate }: Passes,
): PlannedAsk {
  const model = modelOf(state);
  const llm = tools.llmFor(model);
  const price = tools.priceOf(model);
  const { active: budgeted } = effects.budgets;
  const { purpose, call_id, attempt } = action;
  const composeFor = (ask: Ask): Composed =>
    compose(state, planner, tools.toolboxAt(state), llm, ask, body, tools.files);
  const composed = composeFor({ purpose });
  const { max_cost_usd: cap, max_tokens: maxTokens } = state.spec?.limits ?? {};
  const outputTokens = outputWithinTokens(state, () => weigh(composed));
  if (outputTokens === null) {
    const reached = { limit: "max_tokens", value: maxTokens ?? 0 } as const;
    return { events: onLimitReached(state, reached), job: null };
  }
  const asked = isFor(gate, action);
  if (!asked && effects.gate.asksFirst(model)) {
    const input = inputTokens(state, weigh(composed));
    const need = {
      inputTokens: input,
      maxOutputTokens: Math.min(outputTokens, maxOutput(state)),
    };
    return { events: [], job: { kind: "gate", call: { call_id, attempt }, model, need } };
  }
  /** The intent without a reservation of money; the limit on tokens may shorten the output. */
  const unreserved = (): PlannedAsk =>
    outputTokens === Number.POSITIVE_INFINITY
      ? intent(state, action, composed, asked, {})
      : intent(state, action, composeFor({ purpose, max_output_tokens: outputTokens }), asked, {
          max_output_tokens: outputTokens,
        });
  const ownGrant = isFor(grant, action) ? grant : null;
  if (price === null) {
    // Only the ledger knows whether a budget applies.
    if (cap !== undefined || ownGrant?.capped === true) {
      return { events: [{ type: "run.failed", data: runFailure("unpriced_model") }], job: null };
    }
    return budgeted && ownGrant === null
      ? { events: [], job: { kind: "reserve", call: { call_id, attempt }, need: NOTHING } }
      : unreserved();
  }
  if (isFree(price) || (cap === undefined && !budgeted && ownGrant === null)) {
    return unreserved();
  }
  const weight = weigh(composed);
  const own = withinOwnLimit(state, needOf(state, price, weight));
  if (own === null) {
    return { events: onLimitReached(state, { limit: "max_cost_usd", value: cap ?? 0 }), job: null };
  }
  const granted = ownGrant !== null && ownGrant.sum >= own.least ? ownGrant.sum : null;
  if (budgeted && granted === null) {
    return { events: [], job: { kind: "reserve", call: { call_id, attempt }, need: own } };
  }
  if (cap === undefined && ownGrant?.capped !== true) {
    return unreserved();
  }
  const sum = Math.min(own.most, granted ?? own.most);
  const max_output_tokens = Math.min(outputTokens, outputFor(state, price, weight, sum));
  return intent(state, action, composeFor({ purpose, max_output_tokens }), asked, {
    reserved_micro_usd: sum,
    max_output_tokens,
  });
}

function intent(
  state: RunState,
  { call_id, attempt, step, purpose }: AskAction,
  composed: Composed,
  asked: boolean,
  budget: { readonly reserved_micro_usd?: number; readonly max_output_tokens?: number },
): PlannedAsk {
  const { request, body, sha256 } = composed;
  return {
    events: [
      {
        type: "model.requested",
        data: {
          call_id,
          attempt,
          step,
          model: modelOf(state),
          up_to_seq: state.seq,
          body_sha256: sha256,
          body_chars: textChars(composed),
          ...budget,
          ...(purpose === "step" ? {} : { purpose }),
        },
      },
    ],
    job: { kind: "model", callId: call_id, attempt, purpose, request, body, asked },
  };
}

/** Returns whether a grant is for the attempt that is planned. */
function isFor<T extends AttemptName>(
  granted: T | null,
  { call_id, attempt }: AttemptName,
): granted is T {
  return granted?.call_id === call_id && granted.attempt === attempt;
}

function isFree({ input, cached_input, cache_write, output }: Price): boolean {
  return input === 0 && cached_input === 0 && cache_write === 0 && output === 0;
}
