/**
 * Exports the traces of runs: reads the log page by page, and posts the spans to each target. At
 * least once: a message is acknowledged once its spans were accepted, refused, or queued again for
 * the target that failed. Ids are those of the log, so a repetition replaces what it repeats. A
 * target that stays down is given up after some hours, and counted; the trace can be sent again.
 */
import { sha256Hex } from "../../crypto/sha256.ts";
import type { Observer } from "../../observe.ts";
import {
  TARGETS,
  traceMessage,
  type ExportTarget,
  type TargetOwner,
  type TraceMessage,
} from "../../run/trace/export-message.ts";
import { Measurements, type KnownNames, type Metrics } from "../../run/trace/metrics.ts";
import { OPSPAWN } from "../../run/trace/names.ts";
import { readSpans, type LogSource } from "../../run/trace/read-spans.ts";
import { compileSampling, SAMPLE_AS_PARENT } from "../../run/trace/sampling.ts";
import { SCOPE, type Span, type SpanSource } from "../../run/trace/span.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import type { ExportFailure } from "../../store/telemetry.ts";
import { post, postMetrics, type PostDeps } from "./post.ts";

export interface TraceDeps extends PostDeps, KnownNames {
  run(tenantId: string, taskId: string): LogSource;
  /** Where the traces of all tenants are sent; null for nowhere. */
  readonly deployment: ExportTarget | null;
  /** Returns where the traces of a tenant are sent; null for nowhere. */
  tenant(tenantId: string): Promise<ExportTarget | "unreadable" | null>;
  /** Counts a failure. @param tenantId null for the target of the deployment */
  failed(tenantId: string | null, failure: ExportFailure): Promise<void>;
  readonly queue: Pick<Queue<TraceMessage>, "send">;
  readonly observer: Observer;
  random(): number;
}

/** Spans in one request. */
const BATCH_SPANS = 200;
/** Exports of one message to one target; the last is about four hours after the first. */
const MAX_TRIES = 12;
const BACKOFF: Backoff = { baseMs: 5_000, maxMs: 3_600_000, jitter: [1, 1.2] };
/** Maximum pause that a receiver can ask for, milliseconds. */
const MAX_PAUSE_MS = 6 * 3_600_000;

/** Handles each message by itself: a failed one does not delay the others. */
export async function consumeTraces(batch: MessageBatch, deps: TraceDeps): Promise<void> {
  await Promise.all(batch.messages.map((message) => consume(message, deps)));
}

async function consume(message: Message, deps: TraceDeps): Promise<void> {
  const read = traceMessage.safeParse(message.body);
  if (!read.success) {
    deps.observer.fault("traces.poison", new Error("a message is not one of traces"));
    message.ack();
    return;
  }
  const { only, signal, tenant_id, task_id } = read.data;
  try {
    const owners = signal === "metrics" ? [] : only === undefined ? TARGETS : [only];
    for (const owner of owners) {
      await exportTo(owner, read.data, deps);
    }
    await exportMetrics(read.data, deps);
    message.ack();
  } catch (error) {
    deps.observer.fault("traces", error, { tenant_id, task_id });
    message.retry({ delaySeconds: Math.ceil(delayOf(BACKOFF, message.attempts) / 1000) });
  }
}

/** Exports the trace to one target, or queues it again. @throws what D1, the queue or the run throws */
async function exportTo(owner: TargetOwner, message: TraceMessage, deps: TraceDeps): Promise<void> {
  const { tenant_id, tries = 0 } = message;
  const target = owner === "deployment" ? deps.deployment : await deps.tenant(tenant_id);
  const countFor = owner === "deployment" ? null : tenant_id;
  if (target === null) {
    return;
  }
  const fail = (error: string, spans: number, exports = 1): Promise<void> => {
    deps.observer.count("traces.failed", exports, { owner });
    const at = new Date(deps.now()).toISOString();
    return deps.failed(countFor, { at, error, exports, spans });
  };
  if (target === "unreadable") {
    await fail("headers_unreadable", 0);
    return;
  }
  if (!isSampled(target, message)) {
    return;
  }
  const sent = await send(target, message, deps);
  if (sent.rejected > 0) {
    await fail("partial_success", sent.rejected, 0);
  }
  if (sent.error === null) {
    return;
  }
  if (!sent.isRepeatable || tries + 1 >= MAX_TRIES) {
    await fail(sent.error, 0);
    return;
  }
  await sendAgain(
    { ...message, only: owner, signal: "traces", after: sent.after },
    sent.retryAfterMs,
    deps,
  );
}

/** Queues a message again after a pause. */
async function sendAgain(
  message: TraceMessage,
  retryAfterMs: number | null,
  deps: TraceDeps,
): Promise<void> {
  const tries = (message.tries ?? 0) + 1;
  const pauseMs = Math.max(
    delayOf(BACKOFF, tries, deps.random()),
    Math.min(retryAfterMs ?? 0, MAX_PAUSE_MS),
  );
  const delaySeconds = Math.ceil(pauseMs / 1000);
  await deps.queue.send({ ...message, tries }, { delaySeconds });
}

/**
 * Exports the metrics of all runs, whatever the sampling says, to the receivers that take them. A
 * trace that is sent again by hand has no facts, and its metrics were sent before.
 * @throws what D1, the queue or the run throws
 */
async function exportMetrics(message: TraceMessage, deps: TraceDeps): Promise<void> {
  if (message.facts === undefined) {
    return;
  }
  // All that may fail inside the service comes before the first request: a repetition counts twice.
  const targets = await metricTargets(message, deps);
  const metrics = targets.length === 0 ? null : await measured(message, deps);
  if (metrics === null) {
    return;
  }
  for (const { owner, url, target } of targets) {
    await sendMetrics(owner, url, target, metrics, message, deps);
  }
}

/** A receiver of metrics. */
interface MetricTarget {
  readonly owner: TargetOwner;
  readonly url: string;
  readonly target: ExportTarget;
}

async function metricTargets(message: TraceMessage, deps: TraceDeps): Promise<MetricTarget[]> {
  const targets: MetricTarget[] = [];
  for (const owner of metricOwners(message)) {
    const target = owner === "deployment" ? deps.deployment : await deps.tenant(message.tenant_id);
    // Headers that cannot be opened were counted with the trace.
    const url = target === "unreadable" ? null : (target?.metricsUrl ?? null);
    if (url !== null && target !== null && target !== "unreadable") {
      targets.push({ owner, url, target });
    }
  }
  return targets;
}

/** An older message that has only the metrics sent names no owner: it is for the deployment. */
function metricOwners({ signal, only }: TraceMessage): readonly TargetOwner[] {
  if (signal === "metrics") {
    return [only ?? "deployment"];
  }
  return signal === undefined && only === undefined ? TARGETS : [];
}

/** Measures the spans that a message covers. Returns null if there are none. */
async function measured(message: TraceMessage, deps: TraceDeps): Promise<Metrics | null> {
  const { after, until = Number.POSITIVE_INFINITY } = message;
  const measurements = new Measurements(deps);
  const run = deps.run(message.tenant_id, message.task_id);
  for await (const { spans } of readSpans(run, { digest: sha256Hex, content: "none" })) {
    for (const span of spans) {
      if (span.endSeq > after && span.endSeq <= until) {
        measurements.take(span);
      }
    }
  }
  return measurements.metrics;
}

async function sendMetrics(
  owner: TargetOwner,
  url: string,
  target: ExportTarget,
  metrics: Metrics,
  message: TraceMessage,
  deps: TraceDeps,
): Promise<void> {
  const { tenant_id, tries = 0 } = message;
  const isTenant = owner === "tenant";
  const tenant = isTenant ? { [OPSPAWN.tenantId]: tenant_id } : {};
  const source = { resource: { "service.name": "opspawn", ...tenant }, scope: SCOPE };
  const posted = await postMetrics(url, target, source, metrics, deps);
  const fail = (error: string): Promise<void> => {
    deps.observer.count("traces.failed", 1, { owner });
    const at = new Date(deps.now()).toISOString();
    const failure = { at, error: `metrics_${error}`, exports: 1, spans: 0 };
    return deps.failed(isTenant ? tenant_id : null, failure);
  };
  if (posted.kind === "again" && tries + 1 < MAX_TRIES) {
    await sendAgain({ ...message, only: owner, signal: "metrics" }, posted.retryAfterMs, deps);
  } else if (posted.kind === "too_large") {
    await fail("http_413");
  } else if (posted.kind !== "sent") {
    await fail(posted.error);
  } else if (posted.rejected > 0) {
    await fail("partial_success");
  }
}

/** A part of the trace of a run that continues is sent only if no expression has to see its end. */
function isSampled({ sampling }: ExportTarget, { facts, ended }: TraceMessage): boolean {
  if (facts === undefined) {
    return true;
  }
  if (sampling === null) {
    return SAMPLE_AS_PARENT(facts);
  }
  const compiled = compileSampling(sampling);
  return ended && (!compiled.ok || compiled.sampling(facts));
}

/** How far an export came. */
interface Sent {
  /** Class of failure; null if all was sent. */
  readonly error: string | null;
  readonly isRepeatable: boolean;
  readonly retryAfterMs: number | null;
  readonly rejected: number;
  /** The last event whose spans were all sent. */
  readonly after: number;
}

async function send(target: ExportTarget, message: TraceMessage, deps: TraceDeps): Promise<Sent> {
  const { content, sampling } = target;
  // With an expression, no part was sent before the end.
  const from = sampling === null || message.tries !== undefined ? message.after : 0;
  const run = deps.run(message.tenant_id, message.task_id);
  let waiting: Span[] = [];
  let source: SpanSource = { resource: {}, scope: SCOPE };
  const progress = { after: from, rejected: 0 };
  for await (const { spans, fold } of readSpans(run, { digest: sha256Hex, content })) {
    source = { resource: fold.resource, scope: SCOPE };
    waiting.push(...spans.filter(({ endSeq }) => endSeq > from));
    while (waiting.length >= BATCH_SPANS) {
      const failed = await sendBatch(target, source, waiting.slice(0, BATCH_SPANS), progress, deps);
      if (failed !== null) {
        return failed;
      }
      waiting = waiting.slice(BATCH_SPANS);
    }
  }
  const failed = await sendBatch(target, source, waiting, progress, deps);
  return failed ?? { error: null, isRepeatable: false, retryAfterMs: null, ...progress };
}

/** Posts spans, in halves if they are too many. Returns null if all were sent. */
async function sendBatch(
  target: ExportTarget,
  source: SpanSource,
  spans: readonly Span[],
  progress: { after: number; rejected: number },
  deps: TraceDeps,
): Promise<Sent | null> {
  const [first] = spans;
  if (first === undefined) {
    return null;
  }
  const posted = await post(target, source, spans, deps);
  switch (posted.kind) {
    case "sent":
      progress.rejected += posted.rejected;
      // Spans of one event may be in two requests.
      progress.after = Math.max(progress.after, (spans.at(-1)?.endSeq ?? 1) - 1);
      return null;
    case "too_large": {
      if (spans.length === 1) {
        progress.rejected += 1;
        return null;
      }
      const half = Math.ceil(spans.length / 2);
      return (
        (await sendBatch(target, source, spans.slice(0, half), progress, deps)) ??
        (await sendBatch(target, source, spans.slice(half), progress, deps))
      );
    }
    case "again": {
      const { error, retryAfterMs } = posted;
      return { error, isRepeatable: true, retryAfterMs, ...progress };
    }
    case "refused":
      return { error: posted.error, isRepeatable: false, retryAfterMs: null, ...progress };
    default:
      return posted satisfies never;
  }
}
