/**
 * Ids of spans, derived from the task and its calls: the same log has the same ids, before and after
 * any crash, so that a repeated export replaces what it repeats.
 */
import { formatTraceparent, parseTraceparent, type TraceContext } from "../value/trace-context.ts";
import { defined } from "../value/defined.ts";
import type { RunSpec } from "../spec/spec.ts";
import type { SpanLink } from "./span.ts";

/** Returns the SHA-256 of a text as lower-case hex. */
export type Digest = (text: string) => string;

/** What identifies the trace of a run. */
export type TracedRun = Pick<RunSpec, "task_id" | "tenant_id" | "trace">;

/** The trace that a run belongs to. Ids are hex. */
export interface TraceIdentity {
  readonly traceId: string;
  /** The span of the run itself. */
  readonly rootSpanId: string;
  /** The caller's span; null without one. */
  readonly parentSpanId: string | null;
  readonly traceState: string;
  readonly sampled: boolean;
}

/** Returns the trace of a run: its caller's, or one of its own. */
export function traceOf(run: TracedRun, digest: Digest): TraceIdentity {
  const parent = parseTraceparent(run.trace?.traceparent ?? "");
  return {
    traceId: parent?.traceId ?? digest(`${run.tenant_id}/${run.task_id}`).slice(0, 32),
    rootSpanId: runSpanId(run.task_id, digest),
    parentSpanId: parent?.spanId ?? null,
    traceState: parent === null ? "" : (run.trace?.tracestate ?? ""),
    sampled: parent?.sampled ?? true,
  };
}

/**
 * Returns what a log line about a task has: its ids, and that of its trace.
 * @param task with its place in the trace of its caller: null or absent for none
 */
export function tracedIds(
  {
    tenant_id,
    task_id,
    trace,
  }: Omit<TracedRun, "trace"> & {
    readonly trace?: TraceContext | null | undefined;
  },
  digest: Digest,
): { readonly tenant_id: string; readonly task_id: string; readonly trace_id: string } {
  const run = { tenant_id, task_id, ...defined({ trace: trace ?? undefined }) };
  const { traceId } = traceOf(run, digest);
  return { tenant_id, task_id, trace_id: traceId };
}

/** Returns the id of a run's own span. */
export function runSpanId(taskId: string, digest: Digest): string {
  return digest(taskId).slice(0, 16);
}

/**
 * Returns what the spans of a schedule's tasks link to, so that a search finds all of them. The
 * schedule itself has no span.
 */
export function scheduleSpan(
  tenantId: string,
  scheduleId: string,
  digest: Digest,
): Pick<SpanLink, "traceId" | "spanId"> {
  return {
    traceId: digest(`${tenantId}/${scheduleId}`).slice(0, 32),
    spanId: digest(scheduleId).slice(0, 16),
  };
}

/** Returns the id of the span of an attempt of a call. */
export function attemptSpanId(
  taskId: string,
  callId: string,
  attempt: number,
  digest: Digest,
): string {
  return digest(`${taskId}:${callId}:${attempt}`).slice(0, 16);
}

/** Returns the id of the span of a wait. @param seq of the event that began it */
export function waitSpanId(taskId: string, seq: number, digest: Digest): string {
  return digest(`${taskId}:wait:${seq}`).slice(0, 16);
}

/** Returns the `traceparent` that names the attempt of a call as the parent of what it starts. */
export function traceparentOf(
  run: TracedRun,
  callId: string,
  attempt: number,
  digest: Digest,
): string {
  const { traceId, sampled } = traceOf(run, digest);
  const spanId = attemptSpanId(run.task_id, callId, attempt, digest);
  return formatTraceparent({ traceId, spanId, sampled });
}
