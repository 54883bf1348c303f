/**
 * Spans as protobuf of OTLP (`opentelemetry.proto.collector.trace.v1`, 1.9). Written field by field,
 * because the generated code of the whole schema is larger than this.
 */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { FRACTIONS } from "./names.ts";
import { flagsOf, LINK_FLAGS } from "./flags.ts";
import type { Attributes, AttributeValue, Span, SpanEvent, SpanLink, SpanSource } from "./span.ts";

const NANOS = 1_000_000n;

/** Returns an `ExportTraceServiceRequest` as protobuf. */
export function requestProtobuf(
  source: SpanSource,
  spans: readonly Span[],
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeSource(writer, source, () => {
    for (const span of spans) {
      message(writer, 2, () => writeSpan(writer, span));
    }
  });
  return writer.finish();
}

/** Writes a request with its resource and its scope. @param content writes what the scope has */
export function writeSource(
  writer: BinaryWriter,
  { resource, scope }: SpanSource,
  content: () => void,
): void {
  message(writer, 1, () => {
    message(writer, 1, () => {
      attributes(writer, 1, resource);
      writer.tag(2, WireType.Varint).uint32(0);
    });
    message(writer, 2, () => {
      message(writer, 1, () => {
        writer.tag(1, WireType.LengthDelimited).string(scope.name);
        writer.tag(2, WireType.LengthDelimited).string(scope.version);
      });
      content();
    });
  });
}

/** Returns how many spans or points a collector rejected, as its response states. */
export function rejectedInProtobuf(bytes: Uint8Array): number {
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 1 && type === WireType.LengthDelimited) {
        return rejectedIn(reader.bytes());
      }
      reader.skip(type);
    }
  } catch {
    // Not such a response: an answer with a status of success is one of success.
  }
  return 0;
}

function rejectedIn(partialSuccess: Uint8Array): number {
  const reader = new BinaryReader(partialSuccess);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.Varint) {
      return Number(reader.int64());
    }
    reader.skip(type);
  }
  return 0;
}

function writeSpan(writer: BinaryWriter, span: Span): void {
  writer.tag(1, WireType.LengthDelimited).bytes(bytesOf(span.traceId));
  writer.tag(2, WireType.LengthDelimited).bytes(bytesOf(span.spanId));
  if (span.traceState !== "") {
    writer.tag(3, WireType.LengthDelimited).string(span.traceState);
  }
  if (span.parentSpanId !== null) {
    writer.tag(4, WireType.LengthDelimited).bytes(bytesOf(span.parentSpanId));
  }
  writer.tag(5, WireType.LengthDelimited).string(span.name);
  writer.tag(6, WireType.Varint).uint32(span.kind);
  writer.tag(7, WireType.Bit64).fixed64(nanoseconds(span.start));
  writer.tag(8, WireType.Bit64).fixed64(nanoseconds(span.end));
  attributes(writer, 9, span.attributes);
  writer.tag(10, WireType.Varint).uint32(0);
  for (const event of span.events) {
    message(writer, 11, () => writeEvent(writer, event));
  }
  writer.tag(12, WireType.Varint).uint32(span.droppedEvents);
  for (const link of span.links) {
    message(writer, 13, () => writeLink(writer, link));
  }
  writer.tag(14, WireType.Varint).uint32(span.droppedLinks);
  message(writer, 15, () => {
    if (span.status.message !== undefined) {
      writer.tag(2, WireType.LengthDelimited).string(span.status.message);
    }
    writer.tag(3, WireType.Varint).uint32(span.status.code);
  });
  writer.tag(16, WireType.Bit32).fixed32(flagsOf(span));
}

function writeEvent(writer: BinaryWriter, event: SpanEvent): void {
  writer.tag(1, WireType.Bit64).fixed64(nanoseconds(event.at));
  writer.tag(2, WireType.LengthDelimited).string(event.name);
  attributes(writer, 3, event.attributes);
  writer.tag(4, WireType.Varint).uint32(0);
}

function writeLink(writer: BinaryWriter, link: SpanLink): void {
  writer.tag(1, WireType.LengthDelimited).bytes(bytesOf(link.traceId));
  writer.tag(2, WireType.LengthDelimited).bytes(bytesOf(link.spanId));
  attributes(writer, 4, link.attributes);
  writer.tag(5, WireType.Varint).uint32(0);
  writer.tag(6, WireType.Bit32).fixed32(LINK_FLAGS);
}

/** Writes attributes. */
export function attributes(writer: BinaryWriter, field: number, values: Attributes): void {
  for (const [key, value] of Object.entries(values)) {
    message(writer, field, () => {
      writer.tag(1, WireType.LengthDelimited).string(key);
      message(writer, 2, () => anyValue(writer, key, value));
    });
  }
}

function anyValue(writer: BinaryWriter, key: string, value: AttributeValue): void {
  switch (typeof value) {
    case "string":
      writer.tag(1, WireType.LengthDelimited).string(value);
      break;
    case "boolean":
      writer.tag(2, WireType.Varint).bool(value);
      break;
    case "number":
      if (Number.isInteger(value) && !FRACTIONS.has(key)) {
        writer.tag(3, WireType.Varint).int64(value);
      } else {
        writer.tag(4, WireType.Bit64).double(value);
      }
      break;
    default:
      message(writer, 5, () => {
        for (const item of value) {
          message(writer, 1, () => anyValue(writer, key, item));
        }
      });
  }
}

/** Writes a message in a field. */
export function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

/** Returns a time as nanoseconds. */
export function nanoseconds(ms: number): bigint {
  return BigInt(Math.max(0, Math.trunc(ms))) * NANOS;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
