/**
 * What a run is in the middle of, without what does not change how it recovers: ids, times, texts
 * and counts. Two runs in the same situation, stopped at the same write, are the same crash point.
 */
import type { InnerCall, OpenModelCall, RunState, TurnCall } from "../../src/run/log/state.ts";

/** Returns the situation as a text that is equal for equal situations. */
export function situationOf(state: RunState): string {
  const { status, model, turn, wait, inbox, mcp, end, spec, interruptions } = state;
  return JSON.stringify({
    status,
    model: model && modelOf(model),
    calls: turn?.calls.map((call) => JSON.stringify(callOf(call))).toSorted(),
    // How open calls are settled.
    config: turn === null ? undefined : spec?.config,
    wait: wait && [wait.for, wait.limit, wait.changed, wait.until !== null],
    told: inbox.length > 0,
    listed: Object.keys(mcp).length > 0,
    recovering: interruptions.pauseUntil > 0,
    end: end?.status,
  });
}

function modelOf({ purpose, phase, superseded, failedAttempts }: OpenModelCall): unknown {
  return [purpose, phase, superseded, failedAttempts > 0];
}

function callOf({ call, approval, request, result, inner, questions }: TurnCall): unknown {
  return {
    name: call.name,
    approval: approval && [approval.reason, approval.outcome],
    request: request && {
      name: request.name,
      effect: request.effect,
      isFirst: request.attempt === 1,
      waitsFor: request.waitsFor,
      held: request.held,
      children: request.children && [
        request.children.action,
        request.children.unstarted.length > 0,
        request.children.open.length > 0,
      ],
      answered: request.answer !== null,
    },
    result: result && (result.error?.code ?? "ok"),
    inner: inner.map(innerOf),
    questions: questions.length,
  };
}

function innerOf({ name, effect, attempt, result }: InnerCall): unknown {
  return [name, effect, attempt === 1, result && (result.error?.code ?? "ok")];
}
