/** Reads the trace context of a request, for every transport. */
import { traceContextOf, type TraceContext } from "../../run/value/trace-context.ts";

/** Returns the trace context of a request's headers; null without a valid one. */
export function traceIn(headers: Headers): TraceContext | null {
  return traceContextOf(headers.get("traceparent"), headers.get("tracestate"));
}

/** Returns the trace context in the `_meta` of an MCP request; null without a valid one. */
export function traceInMeta(meta: Readonly<Record<string, unknown>>): TraceContext | null {
  return traceContextOf(textOf(meta["traceparent"]), textOf(meta["tracestate"]));
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
