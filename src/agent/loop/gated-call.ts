/**
 * A model call and the gate of its provider: asks before the call where the gate wants that, reports
 * it afterwards, and decides what a call does that may not be sent now.
 */
import type { NewEvent } from "../../run/log/event.ts";
import { modelOf, nextModel, type RunState } from "../../run/log/state.ts";
import { isRetryable, runFailure, type ModelFailureCode } from "../../run/value/failure.ts";
import { isoTime } from "../../run/value/time.ts";
import type { CallOutcome, GateRefusal, LoopSettings, StepContext } from "./effects.ts";
import { callModel, type CallWitness } from "./model-call.ts";
import type { Job } from "./step.ts";

/** Failures that the gate gets a report of even if the call did not ask: others share the cause. */
const SHARED: ReadonlySet<ModelFailureCode> = new Set<ModelFailureCode>([
  "rate_limited",
  "overloaded",
  "server_error",
  "connection_failed",
  "timeout",
]);

type ModelJob = Extract<Job, { kind: "model" }>;
type GateJob = Extract<Job, { kind: "gate" }>;

/**
 * Asks for a call. Returns no events if it may be sent, else what the run does instead.
 * @param state the state before the attempt
 */
export async function atGate(
  { model, need, call }: GateJob,
  state: RunState,
  { effects, tools }: StepContext,
): Promise<NewEvent[]> {
  const refusal = await effects.gate.ask(model, need);
  if (refusal === null) {
    return [];
  }
  const events = whileLimited(state, refusal, call.call_id, tools.settings, effects.clock.now());
  if (events.every(({ type }) => type !== "run.waiting")) {
    effects.gate.leave(model);
  }
  return events;
}

/** Returns what a call does that may not be sent: it waits, another model takes over, or the run ends. */
function whileLimited(
  state: RunState,
  { limit, until, grantAt }: GateRefusal,
  call_id: string,
  { retry, providerWaitMs }: LoopSettings,
  now: number,
): NewEvent[] {
  const from = modelOf(state);
  const to = nextModel(state);
  const chosen = state.spec?.config.on_provider_limit;
  const isLong = limit === "breaker" || grantAt - now > retry.maxMs;
  if (to !== null && (chosen === "fallback" || (chosen === undefined && isLong))) {
    const code = "provider_unavailable";
    return [{ type: "model.switched", data: { call_id, from, to, code } }];
  }
  if (now - (state.providerSince ?? now) >= providerWaitMs) {
    const message = `The provider of ${from} took no call of the run for ${providerWaitMs} ms (OPSPAWN_PROVIDER_WAIT_MS).`;
    const details = { model: from, limit };
    return [{ type: "run.failed", data: { ...runFailure("provider_limited", message), details } }];
  }
  return [{ type: "run.waiting", data: { for: "provider", limit, until: isoTime(until) } }];
}

/**
 * Makes one attempt of a model call, and reports it to the gate if it asked or if others share the
 * cause of its failure. A failed attempt that would be the last is not, if the provider takes no
 * calls now: the next one waits at the gate.
 */
export async function sendModelCall(
  job: ModelJob,
  state: RunState,
  context: StepContext,
): Promise<NewEvent[]> {
  const witness: CallWitness = { failure: null, used: null, limits: null };
  const events = await callModel(job, state, context, witness);
  const outcome: CallOutcome = { ...witness, asked: job.asked };
  const { failure } = outcome;
  if (!job.asked && (failure === null || !SHARED.has(failure.code))) {
    return events;
  }
  const waits = await context.effects.gate.report(modelOf(state), outcome);
  const mayWait = nextModel(state) === null || state.spec?.config.on_provider_limit === "wait";
  return waits && mayWait && failure !== null && isRetryable(failure)
    ? events.map(retriedAtGate)
    : events;
}

function retriedAtGate(event: NewEvent): NewEvent {
  return event.type === "model.failed" && event.data.retry_in_ms === null
    ? { ...event, data: { ...event.data, retry_in_ms: 0 } }
    : event;
}
