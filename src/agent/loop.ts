/**
 * The loop of a run: plan a step, write its events, perform its job, take the outcomes to the next
 * step. It owns the order of things (intent, effect, outcome) and nothing else: what to do is
 * decided in `run/`, how it is done lies behind ports.
 */
import type { NewEvent } from "../run/event.ts";
import { clipMessage, retryDelay, type ModelFailure } from "../run/failure.ts";
import { callId, idempotencyKey } from "../run/id.ts";
import type { Reply, ToolCall } from "../run/message.ts";
import type { Planner } from "../run/planner.ts";
import type { RunState, TurnCall } from "../run/state.ts";
import { DeltaPacker } from "./delta.ts";
import type { Effects, RunTools } from "./effects.ts";
import { planStep, type Job } from "./step.ts";
import { invokeTool } from "./tools/invoke.ts";
import { Watchdog } from "./watchdog.ts";

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
  const watchdog = new Watchdog(() => effects.now());
  try {
    return await steps(opening, planner, tools, effects, watchdog);
  } finally {
    watchdog.close();
  }
}

async function steps(
  opening: readonly NewEvent[],
  planner: Planner,
  tools: RunTools,
  effects: Effects,
  watchdog: Watchdog,
): Promise<SliceEnd> {
  let outcomes = opening;
  for (;;) {
    const before = effects.state();
    if (before === null) {
      return { kind: "fenced" };
    }
    const step = planStep(before, outcomes, { planner, ...tools }, effects.now());
    if (step.events.length > 0) {
      effects.append(step.events);
    }
    const state = effects.state() ?? before;
    switch (step.job.kind) {
      case "model":
        outcomes = await callModel(step.job, state, planner, tools, effects, watchdog);
        break;
      case "tools":
        outcomes = await callTools(step.job.calls, state, tools, effects);
        break;
      default:
        return step.job;
    }
  }
}

type ModelJob = Extract<Job, { kind: "model" }>;

/** Sends one attempt of a model call; its outcome as events. @throws only what the log throws */
async function callModel(
  job: ModelJob,
  state: RunState,
  planner: Planner,
  tools: RunTools,
  effects: Effects,
  watchdog: Watchdog,
): Promise<NewEvent[]> {
  const { settings } = tools;
  const call = { call_id: job.callId, attempt: job.attempt };
  const own = new AbortController();
  let timedOut = false;
  // A log that cannot be written is not the model's failure: it ends the slice.
  const broken: unknown[] = [];
  const packer = new DeltaPacker(job, settings, (events) => {
    try {
      effects.append(events);
    } catch (error) {
      broken.push(error);
      own.abort();
    }
  });
  watchdog.start(settings.modelTimeoutMs, () => {
    timedOut = true;
    own.abort();
  });
  const signal = AbortSignal.any([effects.signal, own.signal]);
  const usage: NewEvent[] = [];
  let outcome: NewEvent | null = null;
  const fail = (failure: ModelFailure): NewEvent => {
    const failed = (state.model?.failedAttempts ?? 0) + 1;
    const retry_in_ms = effects.signal.aborted
      ? null
      : retryDelay(failure, failed, settings.retry, effects.random());
    const { code } = failure;
    const message = clipMessage(failure.message);
    return { type: "model.failed", data: { ...call, code, message, retry_in_ms } };
  };
  try {
    for await (const event of tools.llm.stream(job.request, job.body, signal)) {
      switch (event.type) {
        case "usage":
          usage.push({
            type: "usage.recorded",
            data: { ...call, ...event.usage, cost_micro_usd: 0 },
          });
          break;
        case "done":
          outcome = completed(call, event.reply, planner, state);
          break;
        case "failed":
          outcome = fail(
            timedOut
              ? { code: "timeout", message: `No reply within ${settings.modelTimeoutMs} ms.` }
              : event.failure,
          );
          break;
        default:
          if (effects.watched()) {
            packer.add(event);
          }
      }
    }
  } catch (error) {
    outcome = fail({ code: "server_error", message: `The adapter failed: ${String(error)}` });
  } finally {
    watchdog.stop();
  }
  if (broken.length > 0) {
    throw broken[0];
  }
  outcome ??= fail({ code: "cut_stream", message: "The reply ended without its end." });
  return [...packer.take(), ...usage, outcome];
}

function completed(
  call: { readonly call_id: string; readonly attempt: number },
  reply: Reply,
  planner: Planner,
  state: RunState,
): NewEvent {
  const reading = planner.read(reply);
  const tool_calls: ToolCall[] =
    reading.kind === "calls"
      ? reading.calls.map((planned, i) => ({ call_id: callId(state.nextCall + i), ...planned }))
      : [];
  return {
    type: "model.completed",
    data: {
      ...call,
      finish_reason: reply.finish_reason,
      text: reply.text,
      tool_calls,
      ...(reply.reasoning === "" ? {} : { reasoning: reply.reasoning }),
      ...(reading.kind === "answer" ? { answer: reading.answer } : {}),
      ...(reading.kind === "problem"
        ? { problem: { code: reading.code, message: reading.message } }
        : {}),
    },
  };
}

/**
 * Runs the calls of a turn side by side. An outcome is written as soon as it is known, except the
 * last: that one goes with the next intent, in one transaction.
 */
async function callTools(
  calls: readonly TurnCall[],
  state: RunState,
  tools: RunTools,
  effects: Effects,
): Promise<NewEvent[]> {
  if (calls.some((call) => call.request?.effect !== "pure")) {
    await effects.durable();
  }
  const settled: NewEvent[] = [];
  const running = new Set(
    calls.map((call) => {
      const run: Promise<void> = callTool(call, state, tools, effects).then((outcome) => {
        settled.push(outcome);
        running.delete(run);
      });
      return run;
    }),
  );
  while (running.size > 0) {
    await Promise.race(running);
    if (running.size > 0 && settled.length > 0) {
      effects.append(settled.splice(0));
    }
  }
  return settled;
}

async function callTool(
  { call, request }: TurnCall,
  state: RunState,
  tools: RunTools,
  effects: Effects,
): Promise<NewEvent> {
  const taskId = state.spec?.task_id ?? "";
  const tool = tools.toolbox.get(call.name);
  if (tool?.kind !== "run" || request === null) {
    const message = `The tool ${call.name} is not there any more.`;
    return {
      type: "tool.failed",
      data: { call_id: call.call_id, code: "unknown_tool", message, duration_ms: 0 },
    };
  }
  const context = {
    taskId,
    callId: call.call_id,
    idempotencyKey: idempotencyKey(taskId, call.call_id),
    attempt: request.attempt,
    signal: effects.signal,
  };
  return invokeTool(tool, request.arguments, context, () => effects.now());
}
