/** The two encodings of a trace, against those of OpenTelemetry itself. */
import { SpanKind, SpanStatusCode, TraceFlags, type SpanContext } from "@opentelemetry/api";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";
import { FRACTIONS } from "../../src/run/trace/names.ts";
import { requestJson } from "../../src/run/trace/otlp-json.ts";
import { rejectedInProtobuf, requestProtobuf } from "../../src/run/trace/otlp-protobuf.ts";
import type { Attributes, Span } from "../../src/run/trace/span.ts";
import { EVENTFUL, fold, golden } from "../trace-log.ts";

const STATUSES = [SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR] as const;

const shapes = (): {
  name: string;
  all: readonly Span[];
  source: ReturnType<typeof fold>["source"];
}[] => [
  { name: "eventful", ...fold(EVENTFUL) },
  { name: "log-with-code", ...fold(golden("log-with-code.json"), "all") },
  { name: "log-before-waits", ...fold(golden("log-before-waits.json")) },
];

describe("OTLP", () => {
  it("of the golden logs is the golden trace", async () => {
    for (const { name, all, source } of shapes()) {
      const pretty = JSON.stringify(JSON.parse(requestJson(source, all)), null, 1);
      await expect(`${pretty}\n`).toMatchFileSnapshot(`../golden/trace-${name}.otlp`);
    }
  });

  it("is what OpenTelemetry's own serialisers write, as JSON and as protobuf", () => {
    for (const { all, source } of shapes()) {
      const spans = all.map(withFractions);
      const theirs = spans.map((span) => readable(span, source));
      const json = JSON.parse(decoded(JsonTraceSerializer.serializeRequest(theirs)));
      expect(JSON.parse(requestJson(source, spans))).toEqual(withTexts(json));
      const bytes = ProtobufTraceSerializer.serializeRequest(theirs);
      expect(hex(requestProtobuf(source, spans))).toBe(hex(bytes ?? new Uint8Array()));
    }
  });

  it("reads how many spans a collector rejected, and no number from what is no response", () => {
    expect(rejectedInProtobuf(Uint8Array.from([0x0a, 0x02, 0x08, 0x07]))).toBe(7);
    expect(rejectedInProtobuf(new Uint8Array())).toBe(0);
    expect(rejectedInProtobuf(new TextEncoder().encode("<html>no</html>"))).toBe(0);
  });
});

const fractions = (given: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, FRACTIONS.has(name) ? 0.25 : value]),
  );

/** Gives attributes that are fractions a value that is none by chance: the SDK guesses types. */
function withFractions(span: Span): Span {
  return {
    ...span,
    attributes: fractions(span.attributes),
    events: span.events.map((event) => ({ ...event, attributes: fractions(event.attributes) })),
  };
}

const context = (traceId: string, spanId: string, isRemote: boolean, state = ""): SpanContext => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
  isRemote,
  ...(state !== "" && { traceState: stateOf(state) }),
});

function readable(
  span: Span,
  { resource, scope }: ReturnType<typeof fold>["source"],
): ReadableSpan {
  return {
    name: span.name,
    kind: span.kind === 3 ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context(span.traceId, span.spanId, false, span.traceState),
    ...(span.parentSpanId !== null && {
      parentSpanContext: context(span.traceId, span.parentSpanId, span.isRoot),
    }),
    startTime: time(span.start),
    endTime: time(span.end),
    status: statusOf(span),
    attributes: mutable(span.attributes),
    links: span.links.map((link) => ({
      context: context(link.traceId, link.spanId, true),
      attributes: mutable(link.attributes),
    })),
    events: span.events.map((event) => ({
      time: time(event.at),
      name: event.name,
      attributes: mutable(event.attributes),
    })),
    duration: [0, 0],
    ended: true,
    resource: kept(resource),
    instrumentationScope: keptScope(scope),
    droppedAttributesCount: 0,
    droppedEventsCount: span.droppedEvents,
    droppedLinksCount: span.droppedLinks,
  };
}

/** The serialisers group by identity. */
const resources = new Map<string, ReturnType<typeof resourceFromAttributes>>();
function kept(attributes: Attributes): ReturnType<typeof resourceFromAttributes> {
  const key = JSON.stringify(attributes);
  const known = resources.get(key) ?? resourceFromAttributes(mutable(attributes));
  resources.set(key, known);
  return known;
}
const keptScope = <T>(scope: T): T => scope;

function mutable(attributes: Attributes): Record<string, string | number | boolean | string[]> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "object" ? [...value] : value,
    ]),
  );
}

function stateOf(text: string) {
  const state = {
    set: () => state,
    unset: () => state,
    get: () => undefined,
    serialize: () => text,
  };
  return state;
}

function time(ms: number): [number, number] {
  return [Math.trunc(ms / 1000), (ms % 1000) * 1_000_000];
}

/** Whole numbers are texts in the JSON form of protobuf; the SDK writes numbers. */
function withTexts(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => (key === "intValue" ? String(inner) : inner)),
  );
}

const decoded = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function statusOf({ status: { code, message } }: Span): ReadableSpan["status"] {
  return { code: STATUSES[code], ...(message !== undefined && { message }) };
}
