/** The context of a tool for one attempt of a call, and the storage of its long output. */
import { secretMissing } from "../../run/value/failure.ts";
import { idempotencyKey } from "../../run/value/id.ts";
import { defined } from "../../run/value/defined.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import { traceparentOf } from "../../run/trace/identity.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { RunState } from "../../run/log/state.ts";
import type { ToolContext } from "../tools/tool.ts";
import { digestOf } from "./digest.ts";
import type { Effects, RunTools } from "./effects.ts";

/** An attempt of a call, as its intent records it. */
export interface CallAttempt {
  readonly callId: string;
  readonly attempt: number;
  /** When the call was first requested, milliseconds since the epoch. */
  readonly requestedAt: number;
}

/** Returns the part of the context that calls by the model and calls by code share. */
export function toolContext(
  state: RunState,
  call: CallAttempt,
  tools: Pick<RunTools, "fetch" | "secrets" | "schedules">,
  effects: Effects,
): Omit<ToolContext, "report"> {
  const { task_id: taskId = "", tenant_id: tenantId = "", metadata = {} } = state.spec ?? {};
  return {
    ...call,
    tenantId,
    taskId,
    metadata,
    untrusted: state.untrusted !== null,
    idempotencyKey: idempotencyKey(taskId, call.callId),
    trace: traceBelow(state.spec, call.callId, call.attempt),
    signal: effects.signal,
    fetch: tools.fetch,
    secret: async (name, host) => {
      const value = await tools.secrets.find(name, host);
      if (value === null) {
        throw secretMissing(name);
      }
      return value;
    },
    kept: (sha256, offset, limit) => effects.values.read(sha256, offset, limit),
    ...schedulesOf(state, call, tools),
  };
}

/** Returns the schedules of a call, with what the run has read by now. */
function schedulesOf(
  { spec, untrusted }: RunState,
  { callId, attempt }: CallAttempt,
  { schedules }: Pick<RunTools, "schedules">,
): Pick<ToolContext, "schedules"> {
  if (spec === null || schedules === undefined) {
    return {};
  }
  const maker = { spec, untrusted, callId, attempt };
  return {
    schedules: {
      create: (wanted) => schedules.create(maker, wanted),
      list: () => schedules.list(maker),
      cancel: (scheduleId) => schedules.cancel(maker, scheduleId),
    },
  };
}

/** Returns the trace context of what an attempt of a call starts. */
export function traceBelow(spec: RunSpec | null, callId: string, attempt: number): TraceContext {
  const { task_id = "", tenant_id = "", trace } = spec ?? {};
  const run = { task_id, tenant_id, ...defined({ trace }) };
  return {
    traceparent: traceparentOf(run, callId, attempt, digestOf),
    ...defined({ tracestate: trace?.tracestate }),
  };
}

/** Stores a long output. Returns its SHA-256 as lower-case hex. */
export function storeOutput({ values }: Pick<Effects, "values">, text: string): string {
  return keepText(values, text);
}

/** Stores a long text. Returns its SHA-256 as lower-case hex. */
export function keepText(values: Pick<Effects["values"], "put">, text: string): string {
  const sha256 = digestOf(text);
  values.put(sha256, text);
  return sha256;
}
