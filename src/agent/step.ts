/**
 * One step, planned: what the last outcomes lead to, as the events to write now (outcomes and next
 * intents together, so that they are one transaction) and the job to perform after. Pure.
 */
import { decide } from "../run/decide.ts";
import type { NewEvent } from "../run/event.ts";
import type { Planner } from "../run/planner.ts";
import { foldNew } from "../run/reduce.ts";
import type { RunState, TurnCall } from "../run/state.ts";
import { compose } from "./context.ts";
import type { LlmClient, ModelRequest } from "./llm/client.ts";
import { prepareCall } from "./tools/invoke.ts";
import type { Toolbox } from "./tools/registry.ts";

export type Job =
  | {
      readonly kind: "model";
      readonly callId: string;
      readonly attempt: number;
      readonly request: ModelRequest;
      readonly body: string;
    }
  | { readonly kind: "tools"; readonly calls: readonly TurnCall[] }
  | { readonly kind: "rest"; readonly until: number | null }
  | { readonly kind: "over" };

export interface PlannedStep {
  readonly events: readonly NewEvent[];
  readonly job: Job;
}

export interface StepDeps {
  readonly planner: Planner;
  readonly toolbox: Toolbox;
  readonly llm: LlmClient;
}

/**
 * @param outcomes what the last job came to, not yet in the log
 * @param now milliseconds; the time that the events will carry
 */
export function planStep(
  before: RunState,
  outcomes: readonly NewEvent[],
  deps: StepDeps,
  now: number,
): PlannedStep {
  const events: NewEvent[] = [...outcomes];
  let state = foldNew(before, outcomes, now);
  const write = (...facts: readonly NewEvent[]): void => {
    events.push(...facts);
    state = foldNew(state, facts, now);
  };
  for (;;) {
    const action = decide(state, deps.planner, now);
    switch (action.kind) {
      case "record":
        write(...action.events);
        break;
      case "ask": {
        const { request, body, sha256 } = compose(state, deps.planner, deps.toolbox, deps.llm);
        const { call_id, attempt, step } = action;
        const model = state.spec?.config.model ?? "";
        write({
          type: "model.requested",
          data: { call_id, attempt, step, model, up_to_seq: state.seq, body_sha256: sha256 },
        });
        return { events, job: { kind: "model", callId: call_id, attempt, request, body } };
      }
      case "prepare": {
        const { modelCallId } = action;
        const { spec } = state;
        if (spec === null) {
          throw new Error("a run without a spec has no calls");
        }
        const at = { taskId: spec.task_id, modelCallId, config: spec.config, now };
        for (const call of action.calls) {
          // One after the other: each counts for those that follow.
          write(prepareCall(call, deps.toolbox, { ...at, standing: state }));
        }
        break;
      }
      case "perform":
        return { events, job: { kind: "tools", calls: action.calls } };
      case "rest":
        return { events, job: { kind: "rest", until: action.until } };
      case "over":
        return { events, job: { kind: "over" } };
      default:
        action satisfies never;
    }
  }
}
