/** Metrics as an `ExportMetricsServiceRequest` of OTLP, as JSON and as protobuf. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { JsonObject } from "../value/json.ts";
import type { Instrument, Metric, Metrics, Point } from "./metrics.ts";
import { attributesOf, nanosecondsText } from "./otlp-json.ts";
import { attributes, message, nanoseconds, writeSource } from "./otlp-protobuf.ts";
import type { SpanSource } from "./span.ts";

/** `AggregationTemporality` of OTLP. */
const DELTA = 1;

/** Returns metrics as JSON. */
export function metricsJson({ resource, scope }: SpanSource, metrics: Metrics): string {
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource), droppedAttributesCount: 0 },
        scopeMetrics: [{ scope, metrics: metrics.metrics.map((one) => metricJson(one, metrics)) }],
      },
    ],
  });
}

function metricJson({ instrument, points }: Metric, time: Metrics): JsonObject {
  const { name, description, unit, bounds } = instrument;
  const dataPoints = points.map((point): JsonObject => ({
    attributes: attributesOf(point.attributes),
    ...(bounds === null ? amountJson(instrument, point) : bucketsJson(bounds, point)),
    startTimeUnixNano: nanosecondsText(time.start),
    timeUnixNano: nanosecondsText(time.end),
  }));
  return {
    name,
    description,
    unit,
    ...(bounds === null
      ? { sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } }
      : { histogram: { aggregationTemporality: DELTA, dataPoints } }),
  };
}

function amountJson({ isWhole }: Instrument, { sum }: Point): JsonObject {
  return isWhole ? { asInt: String(sum) } : { asDouble: sum };
}

function bucketsJson(bounds: readonly number[], point: Point): JsonObject {
  const { buckets, count, sum, min, max } = point;
  return {
    bucketCounts: buckets.map(String),
    explicitBounds: [...bounds],
    count: String(count),
    sum,
    min,
    max,
  };
}

/** Returns metrics as protobuf. */
export function metricsProtobuf(source: SpanSource, metrics: Metrics): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeSource(writer, source, () => {
    for (const metric of metrics.metrics) {
      message(writer, 2, () => writeMetric(writer, metric, metrics));
    }
  });
  return writer.finish();
}

function writeMetric(
  writer: BinaryWriter,
  { instrument, points }: Metric,
  { start, end }: Metrics,
): void {
  const { name, description, unit, bounds } = instrument;
  writer.tag(1, WireType.LengthDelimited).string(name);
  writer.tag(2, WireType.LengthDelimited).string(description);
  writer.tag(3, WireType.LengthDelimited).string(unit);
  message(writer, bounds === null ? 7 : 9, () => {
    for (const point of points) {
      message(writer, 1, () => {
        writer.tag(2, WireType.Bit64).fixed64(nanoseconds(start));
        writer.tag(3, WireType.Bit64).fixed64(nanoseconds(end));
        if (bounds === null) {
          writeAmount(writer, instrument, point);
        } else {
          writeBuckets(writer, bounds, point);
        }
      });
    }
    writer.tag(2, WireType.Varint).uint32(DELTA);
    if (bounds === null) {
      writer.tag(3, WireType.Varint).bool(true);
    }
  });
}

function writeAmount(writer: BinaryWriter, { isWhole }: Instrument, point: Point): void {
  if (isWhole) {
    writer.tag(6, WireType.Bit64).sfixed64(point.sum);
  } else {
    writer.tag(4, WireType.Bit64).double(point.sum);
  }
  attributes(writer, 7, point.attributes);
}

function writeBuckets(writer: BinaryWriter, bounds: readonly number[], point: Point): void {
  writer.tag(4, WireType.Bit64).fixed64(point.count);
  writer.tag(5, WireType.Bit64).double(point.sum);
  message(writer, 6, () => {
    for (const count of point.buckets) {
      writer.fixed64(count);
    }
  });
  message(writer, 7, () => {
    for (const bound of bounds) {
      writer.double(bound);
    }
  });
  attributes(writer, 9, point.attributes);
  writer.tag(11, WireType.Bit64).double(point.min);
  writer.tag(12, WireType.Bit64).double(point.max);
}
