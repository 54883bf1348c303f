/**
 * W3C Trace Context (level 1): the place in a caller's trace that a task belongs to. A malformed
 * header counts as absent: a trace must never be a reason to refuse a task.
 */
import { z } from "zod";

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Maximum characters of a `tracestate` that is passed on, as the specification demands. */
const MAX_STATE = 512;
const STATE = /^[\x20-\x7e]*$/;

/** The trace context of a task, as its submission stated it. */
export const traceContext = z.strictObject({
  traceparent: z.string().describe("The W3C `traceparent` of the caller."),
  tracestate: z.exactOptional(z.string()).describe("The W3C `tracestate` of the caller."),
});
/** The trace context of a task. */
export type TraceContext = z.infer<typeof traceContext>;

/** A parsed `traceparent`. */
export interface TraceParent {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Returns a parsed `traceparent`; null if it is malformed. */
export function parseTraceparent(header: string): TraceParent | null {
  const [, version, traceId = "", spanId = "", flags = "", rest] =
    TRACEPARENT.exec(header.trim()) ?? [];
  const isValid =
    version !== undefined &&
    version !== "ff" &&
    (version !== "00" || rest === undefined) &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(spanId);
  return isValid ? { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 } : null;
}

/** Returns a `traceparent`. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

/**
 * Returns the trace context of a request's headers, or null without a valid `traceparent`. A
 * `tracestate` that is too long or not printable is left out.
 */
export function traceContextOf(
  traceparent: string | null | undefined,
  tracestate: string | null | undefined,
): TraceContext | null {
  const parent = parseTraceparent(traceparent ?? "");
  if (parent === null) {
    return null;
  }
  const state = tracestate?.trim() ?? "";
  const isPassedOn = state !== "" && state.length <= MAX_STATE && STATE.test(state);
  return { traceparent: formatTraceparent(parent), ...(isPassedOn && { tracestate: state }) };
}
