/** Reads the spans of a task as the steps of a trajectory, by the rules of promptfoo. */
import type { Trace } from "../../../model.ts";
import { recordOf } from "../../input.ts";

/** A span, as far as assertions look at it. */
export interface Span {
  readonly name: string;
  /** Name of the tool, for the span of a tool call. */
  readonly tool: string | null;
  /** Arguments of the tool call; undefined if the trace has none. */
  readonly args: unknown;
  /** Nanoseconds, as in OTLP. */
  readonly start: bigint;
  readonly end: bigint;
}

const TOOL = "gen_ai.tool.name";
const ARGUMENTS = "gen_ai.tool.call.arguments";

/** Returns the spans in the order in which they began. */
export function spansOf({ resourceSpans }: Trace): readonly Span[] {
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(spanOf)
    .toSorted((a, b) => compare(a.start, b.start) || compare(a.end, b.end));
}

function spanOf(span: Readonly<Record<string, unknown>>): Span {
  const attributes = new Map<unknown, unknown>();
  for (const one of Array.isArray(span["attributes"]) ? span["attributes"] : []) {
    const { key, value } = recordOf(one);
    attributes.set(key, recordOf(value)["stringValue"]);
  }
  const tool = attributes.get(TOOL);
  return {
    name: String(span["name"]),
    tool: typeof tool === "string" ? tool : null,
    args: parsed(attributes.get(ARGUMENTS)),
    start: timeOf(span["startTimeUnixNano"]),
    end: timeOf(span["endTimeUnixNano"]),
  };
}

function timeOf(nanoseconds: unknown): bigint {
  return typeof nanoseconds === "string" ? BigInt(nanoseconds) : 0n;
}

function parsed(text: unknown): unknown {
  if (typeof text !== "string") {
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
