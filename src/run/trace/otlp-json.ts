/**
 * Spans as JSON of OTLP: the JSON form of its protobuf messages, except that ids are hex. 64-bit
 * numbers are texts, enumerations are numbers.
 */
import type { JsonObject } from "../value/json.ts";
import { FRACTIONS } from "./names.ts";
import { flagsOf, LINK_FLAGS } from "./flags.ts";
import type { Attributes, AttributeValue, Span, SpanSource } from "./span.ts";

/** The text around the spans of one `ExportTraceServiceRequest`. */
export interface Envelope {
  readonly before: string;
  readonly after: string;
}

/** Returns the text that spans, separated by commas, are put into. */
export function envelopeOf({ resource, scope }: SpanSource): Envelope {
  const before = JSON.stringify({ attributes: attributesOf(resource), droppedAttributesCount: 0 });
  return {
    before: `{"resourceSpans":[{"resource":${before},"scopeSpans":[{"scope":${JSON.stringify(scope)},"spans":[`,
    after: "]}]}]}",
  };
}

/** Returns an `ExportTraceServiceRequest` as JSON. */
export function requestJson(source: SpanSource, spans: readonly Span[]): string {
  const { before, after } = envelopeOf(source);
  return before + spans.map(spanJson).join(",") + after;
}

/** Returns one span as JSON. */
export function spanJson(span: Span): string {
  const { traceId, spanId, parentSpanId, traceState, name, kind, status } = span;
  return JSON.stringify({
    traceId,
    spanId,
    ...(parentSpanId !== null && { parentSpanId }),
    ...(traceState !== "" && { traceState }),
    name,
    kind,
    startTimeUnixNano: nanosecondsText(span.start),
    endTimeUnixNano: nanosecondsText(span.end),
    attributes: attributesOf(span.attributes),
    droppedAttributesCount: 0,
    events: span.events.map((event) => ({
      attributes: attributesOf(event.attributes),
      name: event.name,
      timeUnixNano: nanosecondsText(event.at),
      droppedAttributesCount: 0,
    })),
    droppedEventsCount: span.droppedEvents,
    status,
    links: span.links.map((link) => ({
      attributes: attributesOf(link.attributes),
      spanId: link.spanId,
      traceId: link.traceId,
      droppedAttributesCount: 0,
      flags: LINK_FLAGS,
    })),
    droppedLinksCount: span.droppedLinks,
    flags: flagsOf(span),
  });
}

/** Returns attributes as JSON. */
export function attributesOf(attributes: Attributes): JsonObject[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(key, value) }));
}

function anyValue(key: string, value: AttributeValue): JsonObject {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "number":
      return Number.isInteger(value) && !FRACTIONS.has(key)
        ? { intValue: String(value) }
        : { doubleValue: value };
    default:
      return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
  }
}

/** Returns a time as nanoseconds. */
export function nanosecondsText(ms: number): string {
  return `${Math.max(0, Math.trunc(ms))}000000`.replace(/^0+(?=\d)/, "");
}
